// What KrakenD calls a parameter of a route inside: Go's exported names begin with a capital.

/** `user_id` → `User_id`. */
export function paramName(name: string): string {
  return name.slice(0, 1).toUpperCase() + name.slice(1)
}
