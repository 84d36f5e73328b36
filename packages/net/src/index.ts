export { createNetwork } from './libp2p-network.js'
export type { Discovery, NetworkLogger, NetworkOptions } from './options.js'
