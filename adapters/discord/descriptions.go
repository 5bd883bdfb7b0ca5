package discord

// descriptions are what people read of the command and its options, by Discord's
// locales; what is the same for every subcommand stands below ".OPTION".
// Source: https://discord.com/developers/docs/reference#locales
var descriptions = map[string]map[string]string{
	"policy": {
		"en-US": "Alerts for news on the words you follow",
		"de":    "Meldungen zu den Wörtern, denen du folgst",
		"fr":    "Alertes sur les mots que vous suivez",
	},
	"policy.subscribe": {
		"en-US": "Be told of new articles that a query hits",
		"de":    "Neue Artikel zu einer Suche melden",
		"fr":    "Recevoir les nouveaux articles d’une recherche",
	},
	"policy.list": {
		"en-US": "What is followed here",
		"de":    "Was hier verfolgt wird",
		"fr":    "Ce qui est suivi ici",
	},
	"policy.unsubscribe": {
		"en-US": "Stop following something",
		"de":    "Etwas nicht mehr verfolgen",
		"fr":    "Ne plus suivre quelque chose",
	},
	"policy.edit": {
		"en-US": "Follow another query under the same number",
		"de":    "Unter derselben Nummer etwas anderes verfolgen",
		"fr":    "Suivre une autre recherche sous le même numéro",
	},
	"policy.pause": {
		"en-US": "No alerts for a time",
		"de":    "Eine Zeit lang keine Meldungen",
		"fr":    "Pas d’alertes pendant un temps",
	},
	"policy.resume": {
		"en-US": "End a pause",
		"de":    "Eine Pause beenden",
		"fr":    "Mettre fin à une pause",
	},
	"policy.preview": {
		"en-US": "The newest hits of a query, without following it",
		"de":    "Die neuesten Treffer einer Suche, ohne ihr zu folgen",
		"fr":    "Les derniers résultats d’une recherche, sans la suivre",
	},
	"policy.digest": {
		"en-US": "When alerts are sent",
		"de":    "Wann Meldungen kommen",
		"fr":    "Quand les alertes sont envoyées",
	},
	"policy.timezone": {
		"en-US": "The zone of the times here",
		"de":    "Die Zeitzone der Zeiten hier",
		"fr":    "Le fuseau horaire des heures ici",
	},
	"policy.quiet": {
		"en-US": "Hours in which nothing is sent here",
		"de":    "Stunden, in denen hier nichts kommt",
		"fr":    "Heures pendant lesquelles rien n’est envoyé ici",
	},
	"policy.limit": {
		"en-US": "How many alerts an hour come one by one here",
		"de":    "Wie viele Meldungen in der Stunde hier einzeln kommen",
		"fr":    "Combien d’alertes par heure arrivent ici une à une",
	},
	"policy.mute": {
		"en-US": "No more of an article here, nor of its later versions",
		"de":    "Nichts mehr von einem Artikel hier, auch nicht von späteren Fassungen",
		"fr":    "Ne plus montrer ici un article, ni ses versions ultérieures",
	},
	"policy.unmute": {
		"en-US": "Show later versions of an article here again",
		"de":    "Spätere Fassungen eines Artikels hier wieder zeigen",
		"fr":    "Montrer de nouveau ici les versions d’un article",
	},
	"policy.why": {
		"en-US": "What of an article hit, and what became of it here",
		"de":    "Was an einem Artikel traf, und was hier daraus wurde",
		"fr":    "Ce qui, dans un article, correspond, et ce qu’il est devenu",
	},
	"policy.sources": {
		"en-US": "What is read, and how that goes",
		"de":    "Was gelesen wird, und wie das geht",
		"fr":    "Ce qui est lu, et comment cela va",
	},
	"policy.export": {
		"en-US": "Subscriptions and settings as a file",
		"de":    "Abonnements und Einstellungen als Datei",
		"fr":    "Abonnements et réglages dans un fichier",
	},
	"policy.forget-me": {
		"en-US": "Delete all that is stored about you",
		"de":    "Alles löschen, was über dich gespeichert ist",
		"fr":    "Supprimer tout ce qui est enregistré sur vous",
	},
	"policy.help": {
		"en-US": "What can be said",
		"de":    "Was man sagen kann",
		"fr":    "Ce qu’on peut dire",
	},
	".show": {
		"en-US": "Those with this in their name or address, or the number of a page",
		"de":    "Die mit diesem im Namen oder in der Adresse, oder die Nummer einer Seite",
		"fr":    "Celles dont le nom ou l’adresse contient ceci, ou un numéro de page",
	},
	".add": {
		"en-US": "The address of a feed, or of a page that leads to one, to read from now on",
		"de":    "Die Adresse eines Feeds, oder einer Seite mit einem, der nun gelesen werden soll",
		"fr":    "L’adresse d’un flux à lire désormais, ou d’une page qui y mène",
	},
	".remove": {
		"en-US": "The name of an added feed that is not to be read any more",
		"de":    "Der Name eines hinzugefügten Feeds, der nicht mehr gelesen werden soll",
		"fr":    "Le nom d’un flux ajouté qui ne doit plus être lu",
	},
	".query": {
		"en-US": "Words, or a query such as tariff AND steel; leave it out for a larger window",
		"de":    "Wörter, oder eine Suche wie tariff AND steel; ohne sie öffnet sich ein Fenster",
		"fr":    "Des mots, ou une recherche comme tariff AND steel ; sans elle, une fenêtre s’ouvre",
	},
	"policy.preview.query": {
		"en-US": "Words, or a query such as tariff AND steel",
		"de":    "Wörter, oder eine Suche wie tariff AND steel",
		"fr":    "Des mots, ou une recherche comme tariff AND steel",
	},
	".channel": {
		"en-US": "Another channel, thread or forum than this one",
		"de":    "Ein anderer Kanal, Thread oder ein anderes Forum als hier",
		"fr":    "Un autre salon, fil ou forum que celui-ci",
	},
	".me": {
		"en-US": "For you alone, in a direct message",
		"de":    "Nur für dich, in einer Direktnachricht",
		"fr":    "Pour vous seul, en message privé",
	},
	".when": {
		"en-US": "instant, hourly, daily 08:00 or weekly mon 08:00",
		"de":    "instant, hourly, daily 08:00 oder weekly mon 08:00",
		"fr":    "instant, hourly, daily 08:00 ou weekly mon 08:00",
	},
	".mention": {
		"en-US": "A role that the alerts mention",
		"de":    "Eine Rolle, die in den Meldungen erwähnt wird",
		"fr":    "Un rôle que les alertes mentionnent",
	},
	".mine": {
		"en-US": "All that you follow, wherever it goes",
		"de":    "Alles, was du verfolgst, wohin es auch geht",
		"fr":    "Tout ce que vous suivez, où que cela aille",
	},
	".public": {
		"en-US": "Everyone here sees the answer",
		"de":    "Alle hier sehen die Antwort",
		"fr":    "Tout le monde ici voit la réponse",
	},
	".id": {
		"en-US": "Its number",
		"de":    "Die Nummer",
		"fr":    "Son numéro",
	},
	".for": {
		"en-US": "How long, such as 3d or 2 weeks; without it until resumed",
		"de":    "Wie lange, etwa 3d oder 2 weeks; ohne Angabe bis resume",
		"fr":    "Combien de temps, comme 3d ou 2 weeks ; sinon jusqu’à resume",
	},
	".zone": {
		"en-US": "Such as Europe/Brussels; a city is enough",
		"de":    "Etwa Europe/Brussels; eine Stadt genügt",
		"fr":    "Comme Europe/Brussels ; une ville suffit",
	},
	".hours": {
		"en-US": "Such as 22:00-07:00; off for none",
		"de":    "Etwa 22:00-07:00; off für keine",
		"fr":    "Comme 22:00-07:00 ; off pour aucune",
	},
	".an-hour": {
		"en-US": "Such as 30; off for no limit",
		"de":    "Etwa 30; off für keine Grenze",
		"fr":    "Comme 30 ; off pour aucune limite",
	},
	".article": {
		"en-US": "Its address, its id, or words of its headline",
		"de":    "Die Adresse, die Kennung oder Wörter der Überschrift",
		"fr":    "Son adresse, son identifiant ou des mots de son titre",
	},
	".command": {
		"en-US": "More about one command, or about queries",
		"de":    "Mehr über einen Befehl oder über Suchen",
		"fr":    "En savoir plus sur une commande ou sur les recherches",
	},
	".sure": {
		"en-US": "Delete it now, without being asked again",
		"de":    "Jetzt löschen, ohne Rückfrage",
		"fr":    "Supprimer maintenant, sans confirmation",
	},
}
