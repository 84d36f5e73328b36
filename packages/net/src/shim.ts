// libp2p 3 calls Promise.withResolvers, which Node has from version 22 on. Import this before anything of libp2p.
// package.json names this file under `sideEffects`: a bundler would drop it otherwise.

interface Resolvers<T> {
  promise: Promise<T>
  resolve: (value: T | PromiseLike<T>) => void
  reject: (reason?: unknown) => void
}

const constructor = Promise as PromiseConstructor & { withResolvers?: <T>() => Resolvers<T> }

constructor.withResolvers ??= function withResolvers<T> (): Resolvers<T> {
  const resolvers = {} as Resolvers<T>
  resolvers.promise = new Promise<T>((resolve, reject) => Object.assign(resolvers, { resolve, reject }))
  return resolvers
}
