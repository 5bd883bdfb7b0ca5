package summary

import "strings"

// The tables below are in lower case with straight apostrophes, a line for
// each kind or language, their entries divided by bars.

// labels are whole lines of boilerplate.
var labels = table(`
	advertisement|advertorial|sponsored|sponsored content|promoted content|newsletter|newsletters|share|tweet|subscribe|subscribe now|sign up|watch live|live updates
	media release|press release|news release|copyright|story highlights|highlights|key points|photos|video|audio|graphic|reuters|reuter|(end)|end
	publicité|partager|s'abonner|anzeige|werbung|teilen|publicidad|compartir|publicidade|pubblicità|advertentie|реклама|поделиться|广告|広告|광고|إعلان`)

// openings begin a line of boilerplate, and end with the end of a word where
// words are divided.
var openings = table(`
	click here|click on the link|click below|tap here|read more|read also|also read|read next|read the full story|read the full article|read the original|read full|see also:|see more:|related:|related story|related stories|related article|more on this story|more:|recommended:|recommended reading|watch:|watch more|watch now|watch the video|listen:|listen now|listen to the podcast
	view original|view the original|to view the original|continue reading|story continues below|article continues below|scroll down to|skip to
	sign up for our|sign up for daily|sign up to our|sign up to receive|sign up now|sign up here|subscribe to our|subscribe to the|subscribe now|subscribe for|get our|get the latest|get all the latest|join our newsletter|follow us|follow @|follow our|like us on|share this|share on|share:|share via|download our|download the app|stay up to date|never miss|support our journalism|support independent journalism|donate now|already a subscriber|log in to|register now
	media playback is unsupported|media caption|image copyright|image caption|story highlights|reuters photo|reuters/|photo:|photos:|photo by|photos by|photo credit|photo courtesy|photo/|image:|images:|image by|image credit|image source|image courtesy|picture:|pictures:|pictured:|file photo|file image|file picture|credit:|credits:|caption:|video:|video by|graphic:|graphic by|illustration:|illustration by|infographic:|logo -|logo:|getty images|ap photo
	contact:|contacts:|media contact|press contact|press enquiries:|press inquiries:|media enquiries:|media inquiries:|for media enquiries|for media inquiries|for press enquiries|for press inquiries|for further information|for more information|for more details|for further details|for interviews|further information:|more information:|tel:|tel.|telephone:|phone:|ph:|mobile:|fax:|email:|e-mail:|e-mail him|e-mail her|twitter:|website:|web:|attachment:|attachments:
	authorised by|authorized by|posted by|posted on|posted at|published:|updated:|updated at|last updated|last modified|first published|reporting by|editing by|writing by|compiled by|translated by|additional reporting|with reporting by|with files from|this story has been|this article has been|this article was|this story was|this post was|this archived news story|this content was|this story is part of|this article is part of|this is a rush transcript|copy may not be in its final form|subjects:|e&oe|an earlier version of this|a previous version of this|editor's note|editors' note|note to editors|notes to editors|key points:|highlights:|for immediate release|embargoed until|not for release|copyright ©|copyright (c)|copyright 20|copyright 19|the views expressed|the opinions expressed|views expressed|opinions expressed|this press release contains|this news release contains
	lire aussi|à lire aussi|lire la suite|cliquez ici|inscrivez-vous|abonnez-vous|suivez-nous|crédit photo|crédits photo|photo d'archives|contact presse|contacts presse|pour en savoir plus
	lesen sie auch|lesen sie mehr|mehr zum thema|mehr dazu|hier klicken|klicken sie hier|abonnieren sie|folgen sie uns|foto:|fotos:|bild:|bildquelle|pressekontakt|weitere informationen:
	lea también|lea además|lee también|leer más|haga clic|haz clic|suscríbase|suscríbete|síguenos|síganos|contacto de prensa|más información:|leia também|leia mais|clique aqui|siga-nos|leggi anche|clicca qui|iscriviti alla|lees ook|klik hier
	читайте также|читать далее|подписывайтесь|подпишитесь|фото:|اقرأ أيضا|اقرأ أيضاً|اقرأ المزيد|تابعونا|اضغط هنا|صورة:
	责任编辑|責任編輯|编辑：|编辑:|編輯：|校对：|审核：|作者：|记者：|文/|图/|文：|图：|摄影：|原标题|点击|點擊|扫码|长按|关注我们|关注微信|欢迎关注|更多精彩|更多阅读|阅读全文|阅读原文|相关阅读|相关新闻|延伸阅读|转载请|本文来源|本文转自|免责声明|声明：|分享到
	写真：|写真＝|続きを読む|関連記事|画像：|こちらをクリック|사진=|사진:|사진제공|관련기사|기사제보|ⓒ|저작권자`)

// tellTales make a line boilerplate wherever they stand in it.
var tellTales = []string{
	"©", "all rights reserved", "click here", "/prnewswire/", "prnewswire.com", "(business wire)", "(globe newswire)", "getty images",
	"contributed to this report", "contributed to this story", "contributed reporting", "reprint permission", "may not be published, broadcast",
	"may not be reproduced", "follow us on", "follow him on twitter", "follow her on twitter", "subscribe to our", "sign up for our", "our newsletter",
	"personal, non-commercial use", "may be outdated or superseded", "to your inbox", "in your inbox", "daily newsletters", "our privacy policy",
	"terms of service apply", "was originally published", "originally appeared in", "originally appeared on", "view original content",
	"do not imply endorsement", "for immediate release", "scan the qr code", "our standards:", "media contact:", "press contact:",
	"tous droits réservés", "alle rechte vorbehalten", "todos los derechos reservados", "todos os direitos reservados", "tutti i diritti riservati",
	"alle rechten voorbehouden", "все права защищены", "جميع الحقوق محفوظة", "版权所有", "不得转载", "無断転載", "무단 전재", "무단전재", "扫描二维码", "责任编辑",
}

func table(list string) map[string]bool {
	out := map[string]bool{}
	for _, p := range strings.FieldsFunc(list, func(r rune) bool { return r == '|' || r == '\n' }) {
		if p = strings.TrimSpace(p); p != "" {
			out[p] = true
		}
	}
	return out
}

// The words of datelines.

// openers begin sentences, not places.
var openers = table("in|at|on|the|a|an|for|when|while|as|if|but|and|after|before|this|that|mr|mrs|ms|dr|sen|rep|president|senator")

// acronyms are organisations that stand before a dash more often than a place
// or a label of four letters does.
var acronyms = table("nato|asean|opec|oecd|unesco|unicef|unhcr|mercosur|nafta|usmca|covid-19|brics|aids")

var particles = table("&|de|del|della|di|da|do|dos|la|le|les|las|los|el|il|of|the|am|an|im|der|den|des|und|and|et|y|e|von|zu")

// dateWords are names of months and days, without the points of those cut short.
var dateWords = table(`
	jan|january|feb|february|mar|march|apr|april|may|jun|june|jul|july|aug|august|sep|sept|september|oct|october|nov|november|dec|december
	mon|monday|tue|tues|tuesday|wed|wednesday|thu|thurs|thursday|fri|friday|sat|saturday|sun|sunday
	janv|janvier|févr|fév|février|mars|avr|avril|mai|juin|juil|juillet|août|septembre|octobre|novembre|déc|décembre|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche
	januar|jänner|februar|märz|juni|juli|oktober|dezember|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag
	ene|enero|febrero|marzo|abr|abril|mayo|junio|julio|ago|agosto|septiembre|octubre|noviembre|dic|diciembre
	gen|gennaio|febbraio|aprile|maggio|giugno|lug|luglio|settembre|ottobre|dicembre
	janeiro|fevereiro|março|maio|junho|julho|setembro|outubro|novembro|dezembro|januari|februari|maart|mei|augustus
	янв|января|фев|февраля|мар|марта|апр|апреля|мая|июн|июня|июл|июля|авг|августа|сен|сент|сентября|окт|октября|ноя|нояб|ноября|дек|декабря`)
