// The router that a configuration's routes need.

import type { Handler } from '../types.ts'
import { PatternRouter, type PatternRouteInit } from './patterns/pattern-router.ts'
import type { RoutePlan } from './plan.ts'
import { Router, type RouterInit } from './router.ts'

/** What routes are added to, and what serves them. */
export interface RouterFor {
  addRoute(route: PatternRouteInit): void
  readonly handle: Handler
}

/**
 * perf: without routes of `_gw/route` it is the plain one. `answerOptions` makes what `auto_options` answers for the methods of a path.
 * Adding a route throws a ConfigError in gin's words when it conflicts with others.
 */
export function routerFor({ routes }: RoutePlan, init: RouterInit, answerOptions: (methods: readonly string[]) => Handler): RouterFor {
  if (routes.some(({ own }) => own !== null)) return new PatternRouter(init, init.options.auto_options ? answerOptions : null)
  const router = new Router(init)
  return { addRoute: (route) => void router.add(route), handle: router.handle }
}
