package build

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"lockstep/site"
)

// placeRecord decides kind and path of a file in a folder of records, and says
// whether it has a place there.
func (a *texts) placeRecord(s *source, series Series) bool {
	name, among := path.Base(s.file), slices.Contains(a.config.Content, series.Folder)
	below := strings.TrimPrefix(path.Dir(s.file), series.Folder)
	below = strings.Trim(below, "/")
	if series.Folder == "." {
		below = strings.TrimPrefix(path.Dir(s.file), ".")
	}
	s.section = series.section()
	switch {
	case among && below != "":
		return false // numbered chapters are no records
	case isIndex(name) && below == "" && series.Folder == ".":
		return false
	case isIndex(name) && a.hasKEP(s):
		if s.kind, s.path = site.KindDecision, series.Address+Element(path.Base(below))+"/"; !isRecord(path.Base(below) + ".md") {
			a.left[s.file] = aTemplate
			return false
		}
	case isIndex(name) && below == "":
		s.kind, s.intro = site.KindLog, series.Address
	case isIndex(name): // of a folder beside the records
		s.kind, s.path = site.KindDocument, series.Address+Element(strings.ReplaceAll(below, "/", "-"))+"/"
	case isRecord(name):
		s.kind, s.path = site.KindDecision, series.Address+Element(stem(name))+"/"
	case among:
		return false
	case isTemplate(name):
		a.left[s.file] = aTemplate
		return false
	case a.speaksOfStatus(*s):
		// A record that somebody gave no number; its name is what it has.
		s.kind, s.path = site.KindDecision, series.Address+Element(stem(name))+"/"
	default: // notes beside the records
		s.kind, s.path = site.KindDocument, series.Address+slug(name)+"/"
	}
	return true
}

var statusLine = regexp.MustCompile(`(?im)^(#{1,3}[ \t]+status[ \t]*$|[-*]?[ \t]*\**status\**[ \t]*:)`)

func (a *texts) speaksOfStatus(s source) bool {
	if s.size > maxSource {
		return false
	}
	data, err := a.root.ReadFile(s.file)
	return err == nil && statusLine.Match(data)
}

var orderPrefix = regexp.MustCompile(`^\d{1,3}[-_. ]+`)

// place decides kind and path of a file in a content folder. Numbers before a
// name give the order and are not part of the path. Home says whether an index at the top
// of the folder is the home page.
func (c Config) place(s *source, folder string, home bool) {
	elements, name := elementsBelow(folder, s.file), path.Base(s.file)
	s.kind = site.KindDocument
	if len(elements) > 0 {
		s.section = elements[0]
	}
	if isIndex(name) {
		s.placeIndex(elements, folder, home)
	} else {
		s.path = joinElements(elements) + slug(name) + "/"
		// Each text at the top of our own content is a part of the site; elsewhere
		// they are a heap, which is listed as one.
		if len(elements) == 0 && !c.found {
			s.section = slug(name)
		}
	}
	if kind := c.kindByName(*s, len(elements) == 0); kind != "" && s.path != "" {
		s.kind = kind
	}
}

// elementsBelow are the folders between a content folder and a file, as addresses have
// them.
func elementsBelow(folder, file string) (elements []string) {
	if folder != "." {
		file = strings.TrimPrefix(file, folder+"/")
	}
	for _, dir := range strings.Split(path.Dir(file), "/") {
		if dir != "." {
			elements = append(elements, folderSlug(dir))
		}
	}
	return elements
}

func joinElements(elements []string) string {
	if len(elements) == 0 {
		return "/"
	}
	return "/" + strings.Join(elements, "/") + "/"
}

// placeIndex: an index is the home page, introduces a part of the site, or is the page of
// its folder.
func (s *source) placeIndex(elements []string, folder string, home bool) {
	switch {
	case len(elements) == 0 && home:
		s.kind, s.path = site.KindHome, "/"
	case len(elements) == 0:
		if s.section = folderSlug(path.Base(folder)); folder == "." {
			s.section = slug(path.Base(s.file))
		}
		s.path = "/" + s.section + "/"
	case len(elements) == 1:
		s.kind, s.intro = site.KindSection, joinElements(elements)
	default:
		s.path = joinElements(elements)
	}
}

// kindByName is the kind of a text that is known by how it or its part is called, "" for
// most.
func (c Config) kindByName(s source, top bool) site.Kind {
	switch {
	case !top && (s.section == "runbook" || s.section == "runbooks"):
		return site.KindRunbook
	case top && slug(path.Base(s.file)) == "glossary":
		return site.KindGlossary
	case top && s.section == "sources" && !c.found:
		return site.KindSources
	case top && s.section == "lab" && !c.found:
		return site.KindLab
	}
	return ""
}
