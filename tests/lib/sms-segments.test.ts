// How many parts a text message has.
import { describe, expect, it } from 'vitest';
import { measureSms } from '../../src/lib/sms-segments.ts';

describe('the size of an SMS', () => {
  it.each<[text: string, encoding: string, units: number, segments: number]>([
    ['', 'GSM-7', 0, 0],
    ['a', 'GSM-7', 1, 1],
    ['a'.repeat(160), 'GSM-7', 160, 1],
    ['a'.repeat(161), 'GSM-7', 161, 2],
    ['a'.repeat(306), 'GSM-7', 306, 2],
    ['a'.repeat(307), 'GSM-7', 307, 3],
    ['€'.repeat(80), 'GSM-7', 160, 1],
    ['à la carte Ñ @£', 'GSM-7', 15, 1],
    // The escape and its letter are not cut apart: one place at the end of the first part stays empty.
    [`${'a'.repeat(152)}€${'a'.repeat(152)}`, 'GSM-7', 306, 3],
    ['я'.repeat(70), 'UCS-2', 70, 1],
    ['я'.repeat(71), 'UCS-2', 71, 2],
    ['ç', 'UCS-2', 1, 1],
    ['😀'.repeat(35), 'UCS-2', 70, 1],
    [`${'a'.repeat(66)}😀${'я'.repeat(66)}`, 'UCS-2', 134, 3],
  ])('%j is %s, %i units, %i parts', (text, encoding, units, segments) => {
    expect(measureSms(text)).toMatchObject({ encoding, units, segments });
  });
});
