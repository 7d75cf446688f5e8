// Reads the API's description to people: one block an operation, found by its words. Everything is set as text, nothing as markup.
import { say, speak } from '/shared/language.js';
import { words } from './docs-words.js';

const operations = document.getElementById('operations');
const found = document.getElementById('found');
const find = document.getElementById('find');
const intro = document.getElementById('intro');
const blocks = [];

/** Builds an element; children are elements or texts. */
function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children.filter((child) => child !== undefined && child !== null));
  return element;
}

function resolve(description, schema) {
  const name = schema?.$ref?.split('/').at(-1);
  return name ? description.components.schemas[name] : (schema ?? {});
}

function typeOf(schema) {
  if (schema.$ref) return schema.$ref.split('/').at(-1);
  if (schema.enum) return schema.enum.map((one) => JSON.stringify(one)).join(' | ');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return choices.map(typeOf).join(` ${say('or')} `);
  if (schema.type === 'array') return say('listOf', { type: typeOf(schema.items ?? {}) });
  return [schema.type ?? say('anything'), schema.format].flat().filter(Boolean).join(', ');
}

function terms(entries) {
  const list = make('dl');
  for (const { name, type, isRequired, words } of entries)
    list.append(
      make('dt', {}, `${name}: ${type}${isRequired ? ` (${say('required')})` : ''}`),
      ...(words ? [make('dd', {}, words)] : []),
    );
  return list;
}

function part(title, ...children) {
  return [make('h3', {}, title), ...children];
}

function propertiesOf(schema) {
  return Object.entries(schema.properties ?? {}).map(([name, property]) => ({
    name,
    type: typeOf(property),
    isRequired: (schema.required ?? []).includes(name),
    words: [property.title, property.description].filter(Boolean).join('. '),
  }));
}

function bodyParts(description, operation) {
  return Object.entries(operation.requestBody?.content ?? {}).flatMap(([type, media]) => {
    const schema = resolve(description, media.schema);
    const examples = media.examples
      ? Object.entries(media.examples).map(([name, { value }]) => [name, value])
      : media.example === undefined
        ? []
        : [[say('example'), media.example]];
    if (schema.oneOf)
      return schema.oneOf.flatMap((one) => {
        const example = media.examples?.[one.title];
        return [
          ...part(one.title, terms(propertiesOf(resolve(description, one)))),
          ...(example ? [make('p', { class: 'quiet' }, example.summary)] : []),
          ...(example ? [make('pre', { tabindex: '0' }, JSON.stringify(example.value, null, 2))] : []),
        ];
      });
    return [
      ...part(say('body', { type }), terms(propertiesOf(schema))),
      ...(schema.properties?.form?.properties ? part(say('form'), terms(propertiesOf(schema.properties.form))) : []),
      ...examples.flatMap(([name, value]) => [
        make('p', { class: 'quiet' }, name),
        make('pre', { tabindex: '0' }, JSON.stringify(value, null, 2)),
      ]),
    ];
  });
}

function answerParts(operation) {
  const entries = Object.entries(operation.responses ?? {}).map(([status, { description, content }]) => ({
    name: status,
    type: Object.values(content ?? {}).map(({ schema }) => typeOf(schema ?? {}))[0] ?? say('nothing'),
    words: description,
  }));
  const examples = Object.entries(operation.responses ?? {}).flatMap(([status, { content }]) =>
    Object.values(content ?? {})
      .flatMap(({ example, examples }) => [
        ...(example === undefined ? [] : [['', example]]),
        ...Object.entries(examples ?? {}).map(([name, { value }]) => [name, value]),
      ])
      .filter(() => Number(status) < 300)
      .flatMap(([name, value]) => [
        ...(name ? [make('p', { class: 'quiet' }, name)] : []),
        make('pre', { tabindex: '0' }, JSON.stringify(value, null, 2)),
      ]),
  );
  return part(say('answers'), terms(entries), ...examples);
}

function blockOf(description, address, method, operation) {
  const key = operation.security?.[0]?.apiKey;
  const parameters = (operation.parameters ?? []).map((one) => ({
    name: `${one.name} (${one.in})`,
    type: typeOf(one.schema ?? {}),
    isRequired: one.required,
    words: one.description ?? one.schema?.description,
  }));
  const inside = make(
    'div',
    { class: 'inside' },
    operation.description && make('p', {}, operation.description),
    key && make('p', {}, key.length > 0 ? say('needsKeyWith', { permissions: key.join(', ') }) : say('needsKey')),
    ...(parameters.length > 0 ? part(say('parameters'), terms(parameters)) : []),
    ...bodyParts(description, operation),
    ...answerParts(operation),
  );
  const summary = make(
    'summary',
    {},
    make('span', { class: 'method' }, method),
    make('span', { class: 'address' }, address),
    make('span', { class: 'words' }, operation.summary ?? ''),
  );
  return make('details', { id: operation.operationId }, summary, inside);
}

function show(description) {
  intro.textContent = say('version', {
    version: description.info.version,
    servers: description.servers.map(({ url }) => url).join(', '),
  });
  blocks.length = 0;
  operations.replaceChildren();
  for (const tag of description.tags) {
    const section = make('section', {}, make('h2', {}, tag.description));
    for (const [address, methods] of Object.entries(description.paths))
      for (const [method, operation] of Object.entries(methods)) {
        if (!operation.tags?.includes(tag.name)) continue;
        const block = blockOf(description, address, method, operation);
        blocks.push({ block, section, text: `${method} ${address} ${operation.summary}`.toLowerCase() });
        section.append(block);
      }
    if (section.children.length > 1) operations.append(section);
  }
  search();
  const wanted = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (wanted instanceof HTMLDetailsElement) {
    wanted.open = true;
    wanted.scrollIntoView();
  }
}

function search() {
  const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const { block, text } of blocks) block.hidden = !words.every((word) => text.includes(word));
  for (const section of operations.children)
    section.hidden = ![...section.querySelectorAll('details')].some((block) => !block.hidden);
  found.textContent = say('found', {
    count: String(blocks.filter(({ block }) => !block.hidden).length),
    total: String(blocks.length),
  });
}

find.addEventListener('input', search);

let description;
let failure;

// The description itself is for programmers and stays English; everything around it changes with the language.
function write() {
  if (description) show(description);
  else intro.textContent = failure === undefined ? say('loading') : say('failed', { reason: failure });
  find.placeholder = say('placeholder');
}

speak(words, write);

try {
  const response = await fetch('/openapi.json');
  if (!response.ok) throw new Error(String(response.status));
  description = await response.json();
} catch (error) {
  failure = error instanceof Error ? error.message : '';
}
write();
