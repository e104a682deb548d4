using Granary.Caching.Crasher;
using Granary.Caching.Tiers;

// FILE SEED: changes keys at random; a line before each change ("begin KEY VERSION", version 0 to remove) and one after it ("done").
using var tier = new DiskTier(new DiskBlockFile(args[0]), CrashValue.Options);
var random = new Random(int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture));
// Whoever reads may be gone; then there is nothing to go on for.
for (var version = 1; version < 200_000; version++)
{
    var key = random.Next(CrashValue.Keys);
    var remove = random.Next(5) == 0;
    Console.Out.Write($"begin {key} {(remove ? 0 : version)}\n");
    Console.Out.Flush();
    if (remove) tier.Remove($"key-{key}");
    else if (!tier.Write($"key-{key}", CrashValue.Of(key, version))) return 1;
    Console.Out.Write("done\n");
    Console.Out.Flush();
}
return 0;
