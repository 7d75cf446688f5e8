// The public doors of the module; each lives in the file of its noun.
import { authRoutes } from './auth-routes.ts';
import { eventRoutes } from './event-routes.ts';
import { pageRoutes } from './page-routes.ts';
import { registrationRoutes } from './registration-routes.ts';

/** All routes of the module. */
export const routes = [...authRoutes, ...eventRoutes, ...registrationRoutes, ...pageRoutes];
