package node

func (n *Node) expose() {}
