package main

import (
	"github.com/bellwether/bellwether/adapters/adaptertest"
	"github.com/bellwether/bellwether/alerts"
)

// commands kills the program while it carries out what people say. They see no
// answer, and say it again.
func (f *failing) commands(after bool) {
	f.t.Helper()
	d, first, keyword := f.place(0)
	subscriptions := f.client.Subscriptions()
	list := func() []alerts.Subscription {
		f.t.Helper()
		all, err := subscriptions.List(f.t.Context(), d)
		if err != nil {
			f.t.Fatal(err)
		}
		return all
	}
	f.say(d, "sub_add", after, "subscribe harbor")
	if all := list(); len(all) != 2 || all[1].Number != 2 {
		f.t.Errorf("after subscribe: %v", all)
	}
	f.say(d, "sub_add", after, "subscribe "+keyword)
	if all := list(); len(all) != 2 || all[0].ID != first.ID {
		f.t.Errorf("after subscribing twice: %v", all)
	}
	f.say(d, "sub_update", after, "edit 2 ferry")
	if all := list(); len(all) != 2 || all[1].Query.String() != "ferry" {
		f.t.Errorf("after edit: %v", all)
	}
	f.say(d, "sub_settings", after, "timezone Asia/Tokyo")
	if set, err := subscriptions.Settings(f.t.Context(), d); err != nil || set.TimeZone != "Asia/Tokyo" {
		f.t.Errorf("after timezone: %+v, %v", set, err)
	}
	f.say(d, "sub_remove", after, "unsubscribe 2")
	if all := list(); len(all) != 1 {
		f.t.Errorf("after unsubscribe: %v", all)
	}
	f.say(d, "move", after, "digest hourly")
	if all := list(); len(all) != 1 || all[0].Schedule.Cadence != alerts.Hourly {
		f.t.Errorf("after digest: %v", all)
	}
}

// say types a command that is cut off, and the same again until it is answered.
func (f *failing) say(d alerts.Destination, script string, after bool, text string) {
	f.t.Helper()
	f.says("U1", d.Channel, script, after, text)
}

func (f *failing) says(user, channel, script string, after bool, text string) {
	f.t.Helper()
	f.serves()
	answers := len(f.fake.AwaitEphemeral(user, channel, 0))
	f.at(adaptertest.Trap{Script: script, After: after}, func() { f.fake.Command(user, channel, text) })
	f.serves()
	f.fake.Command(user, channel, text)
	f.fake.AwaitEphemeral(user, channel, answers+1)
}

// serves waits until the program takes commands.
func (f *failing) serves() {
	f.t.Helper()
	if err := persist(f.t.Context(), func() (bool, error) {
		err := healthcheck(f.t.Context(), f.listen)
		return err == nil, err
	}); err != nil {
		f.t.Fatal(err)
	}
}
