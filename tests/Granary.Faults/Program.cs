using System.Diagnostics;
using System.Globalization;
using Granary.Faults;

// granary-faults [FROM] [COUNT] [--story] [--bug NAME] [--shards]: runs seeds until one fails; says what went wrong and how to see it again.
var numbers = args.Where(a => !a.StartsWith('-')).Select(a => int.TryParse(a, CultureInfo.InvariantCulture, out var n) ? n : (int?)null).ToArray();
var bug = PlantedBug.None;
if (Array.IndexOf(args, "--bug") is >= 0 and var at && (at + 1 == args.Length || !Enum.TryParse(args[at + 1], ignoreCase: true, out bug)))
{
    await Console.Error.WriteLineAsync($"--bug takes one of {string.Join(", ", Enum.GetNames<PlantedBug>())}");
    return 2;
}
var from = numbers.FirstOrDefault(n => n is not null) ?? 1;
var count = numbers.Where(n => n is not null).Skip(1).FirstOrDefault() ?? 1000;
var story = args.Contains("--story");
var clock = Stopwatch.StartNew();
var failed = 0;
RunFigures sum = new();
for (var seed = from; seed < from + count; seed++)
{
    var result = World.Run(new RunOptions { Seed = seed, Bug = bug, KeepStory = story, Shards = args.Contains("--shards") ? 3 : 1 });
    sum.Tasks += result.Figures.Tasks;
    sum.Starts += result.Figures.Starts;
    sum.Faults += result.Figures.Faults;
    sum.ServerKills += result.Figures.ServerKills;
    sum.AgentKills += result.Figures.AgentKills;
    sum.Reboots += result.Figures.Reboots;
    sum.Cuts += result.Figures.Cuts;
    sum.MessagesLost += result.Figures.MessagesLost;
    sum.MessagesRepeated += result.Figures.MessagesRepeated;
    sum.FailedWrites += result.Figures.FailedWrites;
    sum.Fenced += result.Figures.Fenced;
    sum.Moves += result.Figures.Moves;
    sum.NodeMoves += result.Figures.NodeMoves;
    sum.Steps += result.Figures.Steps;
    sum.VirtualTime += result.Figures.VirtualTime;
    if (story) foreach (var line in result.Story) Console.WriteLine(line);
    if (count == 1) Console.WriteLine($"fingerprint {result.Fingerprint:x16}");
    if (result.Ok) continue;
    failed++;
    Console.WriteLine($"seed {seed} (fingerprint {result.Fingerprint:x16}):");
    foreach (var violation in result.Violations.Take(10)) Console.WriteLine($"  {violation}");
    if (failed == 20) break;
}
Console.WriteLine(sum);
Console.WriteLine($"{count} seeds from {from}: {failed} failed, {clock.Elapsed.TotalSeconds:F1} s");
return failed == 0 ? 0 : 1;
