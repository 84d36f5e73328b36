export { LevelDatabase } from './level-database.js'
export { LevelKeyRing } from './level-key-ring.js'
export { LevelStore } from './level-store.js'
