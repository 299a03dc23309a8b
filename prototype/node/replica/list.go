package replica

import (
	"lockstep/prototype/node/outcome"
	"lockstep/prototype/order"
)

// List is a page of the conversations that this replica has; see order.Machine.List.
func (s *Replica) List(after string, limit int) (order.List, *outcome.Error) {
	if err := s.Serves(); err != nil {
		return order.List{}, err
	}
	return s.fsm.machine.List(after, limit), nil
}
