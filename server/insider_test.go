package server

import (
	"testing"

	"cordboard/server/config"
	"cordboard/server/fact"
	"cordboard/server/people"
)

func TestWhoCallsFromTheCompanyIsKnown(t *testing.T) {
	r := people.NewRoster([]people.Person{
		{ID: "megan@contoso.com", User: "megan@contoso.com", Name: "Megan Bowen", Number: "+442079460101", Expert: true},
		{ID: "lee@contoso.com", User: "lee@contoso.com", Name: "Lee Gu", Number: "+442079460102", Expert: true},
	})
	x := people.NewIndex(r, []people.Member{
		{OID: "1", User: "pradeep@contoso.com", Name: "Pradeep Gupta", Department: "Finance", Phone: "+44 20 7946 0103"},
		{OID: "2", User: "grady@contoso.com", Name: "Grady Archie", Phone: "+44 20 7946 0100"},
		{OID: "3", User: "diego@contoso.com", Name: "Diego Siciliani", Phone: "+44 20 7946 0100"},
		{OID: "4", User: "ana@contoso.com", Name: "Ana Diaz", Phone: "+44 20 7946 0102"},
	})
	o := &config.Outbound{Country: "+44", National: "0", International: "00"}
	for name, c := range map[string]struct {
		asserted []string
		from     fact.Number
		want     string
	}{
		"by the number":                      {nil, "+442079460103", "Pradeep Gupta"},
		"without its plus":                   {nil, "442079460103", "Pradeep Gupta"},
		"as dialled in the country":          {nil, "02079460101", "Megan Bowen"},
		"from abroad":                        {nil, "00442079460101", "Megan Bowen"},
		"asserted, as Teams does":            {[]string{"tel:+14255550100", "sip:diego@contoso.com"}, "+14255550100", "Diego Siciliani"},
		"asserted in other letters":          {[]string{"sip:DIEGO%40@x", "sips:Diego@Contoso.com;x=1?y=z"}, "", "Diego Siciliani"},
		"asserted number":                    {[]string{"sip:+442079460101@sbc;user=phone"}, "+14255550100", "Megan Bowen"},
		"asserted, with separators":          {[]string{"tel:+44-20-7946-0101;ext=7"}, "", "Megan Bowen"},
		"what is asserted comes first":       {[]string{"tel:+442079460101"}, "+442079460102", "Megan Bowen"},
		"a number of two says nothing":       {nil, "+442079460100", ""},
		"the roster before the directory":    {nil, "+442079460102", "Lee Gu"},
		"a stranger":                         {[]string{"sip:bob@example.com"}, "+14255550100", ""},
		"nothing":                            {nil, "", ""},
		"an address that looks like no name": {[]string{"urn:x", "sip:", ":", "tel:"}, "anonymous", ""},
	} {
		got := ""
		if p := insider(x, o, c.asserted, c.from); p != nil {
			got = p.Name
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	if insider(nil, o, []string{"sip:megan@contoso.com"}, "+442079460101") != nil {
		t.Error("found before there is an index")
	}
}
