// Ends with a sentence on a Node that does not fit. Imported first, and simple enough for any Node that knows modules.
const [major, minor] = process.versions.node.split('.').map(Number);
const isGood = (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major >= 24;
if (!isGood) {
  console.error(
    `This is Node ${process.versions.node}. Steward needs Node 20.19 or newer of the 20s, 22.12 or newer of the 22s, or 24 and above: https://nodejs.org`,
  );
  process.exit(1);
}
