// Writes Prisma's full datamodel (ids, lists, relation keys) as JSON beside the client, for the panel's adapter and the checks.
import { mkdirSync, writeFileSync } from 'node:fs';
import generatorHelper from '@prisma/generator-helper';

generatorHelper.generatorHandler({
  onManifest: () => ({ prettyName: 'datamodel', defaultOutput: '../generated' }),
  onGenerate: async ({ dmmf, generator }) => {
    mkdirSync(generator.output.value, { recursive: true });
    writeFileSync(`${generator.output.value}/datamodel.json`, JSON.stringify(dmmf.datamodel));
  },
});
