package match

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/query"
)

func TestMatched(t *testing.T) {
	d := NewDocument(alerts.Article{
		Title: "Steel tariffs rise", Body: "The US raised its tariffs on steel and copper in Monrovia. Steel fell.", Publisher: "Example Post",
	})
	for _, test := range []struct {
		query string
		want  []string
	}{
		{`"steel tariffs"`, []string{"steel tariffs"}},
		{`monrovia, steel`, []string{"Monrovia", "steel"}},
		{`tariff, tin, copper`, []string{"tariff", "copper"}},
		{`US AND NOT tin`, []string{"US"}},
		{`title:(copper, steel)`, []string{"steel"}},
		{`raise NEAR/5 copper, steel`, []string{"steel"}},
		{`steel AND (steel, copp*)`, []string{"steel", "copp*"}},
		{`source:"example post"`, []string{`source:"example post"`}},
		{`tin`, nil},
	} {
		q, err := query.Parse(test.query)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(test.want, d.Matched(q)); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", test.query, diff)
		}
	}
}
