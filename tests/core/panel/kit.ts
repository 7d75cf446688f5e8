// A panel over a cloned database with three resources that have something to hide, and two roles: one sees all, one its own campaign.
import { z } from 'zod';
import { systemActor } from '../../../src/core/access.ts';
import type { Core } from '../../../src/core/core.ts';
import { configureLog } from '../../../src/core/log.ts';
import { defineModule } from '../../../src/core/module.ts';
import { buildPanel } from '../../../src/core/panel/index.ts';
import { createOperator } from '../../../src/core/people/operators.ts';
import { resource } from '../../../src/core/resource.ts';
import { testCore } from '../../kit/core.ts';
import { openTestWeb, type TestWeb, Visitor } from '../../kit/http.ts';

/** What nobody may ever see in an answer. */
export const canary = 'CANARY-7f3a';
export const password = 'seventeen green bicycles';

const clubs = resource('Campaign', {
  label: { one: 'club', many: 'clubs' },
  group: 'Test',
  title: 'title',
  permissions: {
    read: 'test:clubs',
    create: 'test:clubs-write',
    update: 'test:clubs-write',
    delete: 'test:clubs-write',
  },
  scopes: { club: (actor) => ({ id: actor.scopeId ?? '' }) },
  columns: {
    title: { label: 'Title', search: true, filter: true, sort: true, create: true, update: true },
    slug: { label: 'Slug', create: true, rule: z.string().regex(/^[a-z0-9-]+$/) },
    organisation: { label: 'Organisation', sort: true, filter: true, create: true, update: true },
    website: { label: 'Website', permission: 'test:websites', sort: true, filter: true, update: true },
  },
  sort: ['title', 'asc'],
});

const members = resource('Recipient', {
  label: { one: 'member', many: 'members' },
  group: 'Test',
  title: 'email',
  permissions: {
    read: 'test:members',
    create: 'test:members-write',
    update: 'test:members-write',
    delete: 'test:members-write',
  },
  scopes: { club: (actor) => ({ campaignId: actor.scopeId ?? '' }) },
  columns: {
    email: { label: 'E-mail', search: true, filter: true, sort: true, create: true, update: true },
    name: { label: 'Name', search: true, filter: true, sort: true, create: true, update: true },
    campaignId: { label: 'Club', filter: true, create: true },
    state: { label: 'State', filter: true, sort: true },
    createdAt: { label: 'Added', filter: true, sort: true },
  },
  sort: ['createdAt', 'desc'],
});

const staff = resource('Operator', {
  label: { one: 'colleague', many: 'staff' },
  group: 'Test',
  title: 'email',
  permissions: { read: 'test:staff', update: 'test:staff' },
  columns: {
    email: { label: 'E-mail', filter: true, sort: true },
    name: { label: 'Name', filter: true, sort: true, update: true },
  },
  sort: ['email', 'asc'],
});

/** The module of the panel's tests. */
export const testModule = defineModule({
  name: 'test',
  label: 'Test',
  permissions: {
    'test:clubs': 'See clubs',
    'test:clubs-write': 'Change clubs',
    'test:members': 'See members',
    'test:members-write': 'Change members',
    'test:staff': 'See and change staff',
    'test:websites': 'See websites',
  },
  scopes: { club: { label: 'Own club', resource: 'Campaign' } },
  roles: { club: { permissions: ['test:clubs', 'test:members', 'test:members-write'], scope: 'club' } },
  resources: [clubs, members, staff],
});

/** Everything that a test of the panel needs. */
export interface TestPanel {
  core: Core;
  web: TestWeb;
  /** Ids: root may do all, club sees only `ownClub`. */
  ids: { root: string; club: string; ownClub: string; otherClub: string; ownMember: string; otherMember: string };
  stranger(): Visitor;
  root(): Promise<Visitor>;
  club(): Promise<Visitor>;
  close(): Promise<void>;
}

/** Opens the panel with its rows; with the house's own operators in place of the module's, if asked. Where no browser looks at it, any file stands for the browser's components. */
export async function openTestPanel(
  settings: Record<string, string> = {},
  options: { realComponents?: boolean; houseOperators?: boolean } = {},
): Promise<TestPanel> {
  configureLog({ level: 'fatal', readable: true });
  const own = options.houseOperators ? { ...testModule, resources: [clubs, members] } : testModule;
  const { core, close } = await testCore([own], settings);
  const ids = await seed(core);
  const web = await openTestWeb(
    core,
    await buildPanel(core, options.realComponents ? {} : { componentsFile: import.meta.filename }),
  );
  const signedIn = async (email: string) => {
    const visitor = new Visitor(web);
    const answer = await visitor.signIn(email, password);
    if (answer.status !== 303) throw new Error(`Signing in as ${email} failed: ${answer.status} ${answer.text}`);
    return visitor;
  };
  return {
    core,
    web,
    ids,
    stranger: () => new Visitor(web),
    root: () => signedIn('root@example.org'),
    club: () => signedIn('club@example.org'),
    close: async () => {
      await web.close();
      await close();
    },
  };
}

async function seed(core: Core): Promise<TestPanel['ids']> {
  const { db } = core;
  const club = (slug: string) =>
    db.campaign.create({
      data: { slug, title: `Club ${slug}`, organisation: slug, claimAddress: `https://${canary}.example` },
    });
  const [own, other] = [await club('own'), await club('other')];
  const member = (campaignId: string, email: string) =>
    db.recipient.create({
      data: { campaignId, email, name: `Name of ${email}`, tokenHash: `${canary}-${email}`, problem: canary },
    });
  const [ownMember, otherMember] = [await member(own.id, 'ada@example.org'), await member(other.id, 'bob@example.org')];
  const operator = (email: string, roleName: string, scopeId?: string) =>
    core.transaction(systemActor, (work) =>
      createOperator(work, { email, roleName, password, scopeId, accountName: `${canary}-${email}` }),
    );
  const root = await operator('root@example.org', 'administrator');
  const clubOperator = await operator('club@example.org', 'club', own.id);
  return {
    root: root.id,
    club: clubOperator.id,
    ownClub: own.id,
    otherClub: other.id,
    ownMember: ownMember.id,
    otherMember: otherMember.id,
  };
}
