// The public doors: the routes of the wire contract and those of our own pages.
import { activityRoutes } from './activity-routes.ts';
import { clubRoutes } from './club-routes.ts';
import { enrolmentRoutes } from './enrolment-routes.ts';
import { messageRoutes } from './message-routes.ts';
import { publicRoutes } from './public-routes.ts';
import { sessionRoutes } from './session-routes.ts';

/** All routes of the module. */
export const routes = [
  ...sessionRoutes,
  ...clubRoutes,
  ...activityRoutes,
  ...enrolmentRoutes,
  ...messageRoutes,
  ...publicRoutes,
];
