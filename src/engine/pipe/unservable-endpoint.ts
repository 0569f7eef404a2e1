// One endpoint that cannot be built while the others are served.

import { ConfigError } from '../compile/component.ts'

/** KrakenD 2.x answers 500 on its route, 1.x leaves the route out. */
export class UnservableEndpoint extends ConfigError {}
