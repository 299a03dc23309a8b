// Package strictjson reads JSON that comes from people and from files. What it does
// not understand it refuses: a field that nobody knows, half of a character, or
// anything after the value. Nothing is altered in secret.
package strictjson
