//go:build !js && !linux && !darwin && !freebsd

package storage

import "errors"

func (f folder) Room() (free, total uint64, err error) { return 0, 0, errors.ErrUnsupported }
