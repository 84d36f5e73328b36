import { DinemicError } from '@dinemic/core'

/** Why a network didn't start. libp2p joins the errors of all addresses into one text, so the system's codes can be found only there. */
export function listenError (listen: readonly string[], cause: unknown): DinemicError {
  const text = cause instanceof Error ? cause.message : String(cause)
  const addresses = listen.join(', ')
  const details = { listen }
  if (text.includes('EADDRINUSE')) {
    return new DinemicError('NET_ADDRESS_IN_USE', `Another process, or another network of this one, listens at ${addresses}; stop it, or choose another port: 0 takes any free one`, { cause, details })
  }
  return new DinemicError('NET_CANNOT_LISTEN', `Can't listen at ${addresses}; give TCP addresses of this machine, such as /ip4/0.0.0.0/tcp/0`, { cause, details })
}
