// Package subject is what reviews are about: a page of a site, as those who read
// it see it now.
package subject
