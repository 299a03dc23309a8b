package decision

import (
	"slices"
	"strconv"
	"strings"

	"lockstep/site"
)

// kepStatuses are the words of a Kubernetes enhancement proposal. What is deferred
// is still a proposal.
var kepStatuses = map[string]site.Status{
	"provisional": site.StatusProposed, "implementable": site.StatusAccepted, "implemented": site.StatusAccepted, "deferred": site.StatusProposed,
	"rejected": site.StatusRejected, "withdrawn": site.StatusRejected, "replaced": site.StatusSuperseded,
}

// kepKeys are what they call what others have other names for.
var kepKeys = map[string]string{"authors": "decision-makers", "reviewers": "consulted", "creation-date": "date", "replaces": "supersedes", "superseded-by": "superseded-by"}

// KEPFields translates the keys of a kep.yaml: status with stage and milestone,
// authors, relations.
func KEPFields(said Fields) Fields {
	f := make(Fields)
	for key, ours := range kepKeys {
		if v := said[key]; len(v.Values) > 0 {
			if strings.HasPrefix(ours, "sup") {
				v.Values = slices.DeleteFunc(slices.Clone(v.Values), func(s string) bool { _, _, ok := ID(lastFolder(s)); return !ok })
				for i := range v.Values {
					v.Values[i] = bareKEP(v.Values[i])
				}
			}
			f[ours] = v
		}
	}
	if word, line := said.First("status"); word != "" {
		text := word
		if status := kepStatuses[strings.ToLower(firstWord(word))]; status != "" {
			text = string(status)
			if !strings.EqualFold(word, text) {
				text += " (" + word + ")"
			}
		}
		if stage, _ := said.First("stage"); stage != "" {
			text += ", " + stage
		}
		if latest, _ := said.First("latest-milestone"); latest != "" && latest != "0.0" {
			text += " in " + latest
		}
		f["status"] = Field{Values: []string{text}, Line: line}
	}
	return f
}

// bareKEP is the number in "/keps/sig-node/127-user-namespaces", and the name in
// "/keps/sig-node/20190129-user-namespaces.md".
func bareKEP(s string) string {
	name, number, _ := ID(lastFolder(s))
	if datedFile.MatchString(name) {
		return strings.TrimSuffix(name, ".md")
	}
	return "KEP-" + strconv.Itoa(number)
}

// lastFolder is the name of the folder or file at the end of an address.
func lastFolder(s string) string {
	s = strings.TrimSuffix(strings.TrimSuffix(strings.TrimRight(s, "/"), "README.md"), "/")
	return s[strings.LastIndexByte(s, '/')+1:] + ".md"
}
