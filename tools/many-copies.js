import cluster from 'node:cluster'

// The locks of libp2p listen to `cluster` twice for each copy of their module, and jest loads a copy for each test file:
// after the sixth, Node would warn of a leak.
cluster.setMaxListeners(0)
