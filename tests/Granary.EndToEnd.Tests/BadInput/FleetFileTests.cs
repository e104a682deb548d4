using System.Diagnostics;
using System.Text;
using Granary.EndToEnd.Tests.Support;

namespace Granary.EndToEnd.Tests.BadInput;

/// <summary>Fleet files that are wrong: refused with file and line before anything is applied; the server lives on with nothing lost.</summary>
public sealed class FleetFileTests(ServerFixture fixture) : IClassFixture<ServerFixture>
{
    private const string Task = "  - { name: t, agent: a, command: [\"true\"] }\n";

    public static TheoryData<string, string, int, string> Wrong => new()
    {
        { "a wrong type", "tasks:\n  - { name: t, agent: a, command: [\"true\"], count: many }\n", 2, "count" },
        { "a list for a map", "agents:\n  - [a, b]\n", 2, "" },
        { "an unknown key", "tasks:\n  - name: t\n    agent: a\n    command: [\"true\"]\n    comand: x\n", 5, "comand" },
        { "an unknown section", "tasks:\n" + Task + "tusks: []\n", 3, "tusks" },
        { "a duplicate task", "tasks:\n" + Task + Task, 3, "t" },
        { "a duplicate agent", "agents:\n  - { id: a }\n  - { id: a }\n", 3, "a" },
        { "a duplicate key", "tasks:\n  - name: t\n    name: u\n    agent: a\n    command: [\"true\"]\n", 3, "name" },
        { "a cycle", "tasks:\n  - { name: x, agent: a, command: [\"true\"], after: [y] }\n  - { name: y, agent: a, command: [\"true\"], after: [x] }\n", 2, "after" },
        { "an unknown predecessor", "tasks:\n  - { name: x, agent: a, command: [\"true\"], after: [nobody] }\n", 2, "nobody" },
        { "a negative quantity", "tasks:\n  - { name: t, agent: a, command: [\"true\"], resources: { cpu: -1 } }\n", 2, "negative" },
        { "an absurd quantity", "tasks:\n  - { name: t, agent: a, command: [\"true\"], resources: { memory: 999999Pi } }\n", 2, "memory" },
        { "no quantity", "tasks:\n  - { name: t, agent: a, command: [\"true\"], resources: { cpu: plenty } }\n", 2, "plenty" },
        { "a negative duration", "tasks:\n  - { name: t, agent: a, command: [\"true\"], deadline: -5s }\n", 2, "negative" },
        { "a weight of nothing", "agents:\n  - { id: a, weight: 0 }\n", 2, "weight" },
        { "a name that is none", "agents:\n  - { id: \"../etc\" }\n", 2, "../etc" },
        { "a request that no node of the file holds", "nodes:\n  - { name: n, pool: p, simulated: true, capacity: { cpu: 1 } }\ntasks:\n  - { name: t, agent: a, pool: p, command: [\"true\"], resources: { gpu: 4 } }\n", 4, "gpu" },
        { "broken YAML", "tasks:\n  - { name: t, agent: a\n", 0, "YAML" },
        { "an alias", "tasks: &t\n" + Task + "agents: *t\n", 1, "anchor" },
        { "a YAML bomb", Bomb(), 0, "anchor" },
        { "deep nesting", "tasks: " + new string('[', 20_000), 0, "" },
        { "nothing", "", 1, "empty" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task IsRefusedWithItsPlace(string what, string text, int line, string part)
    {
        var file = fixture.Server.WriteFile($"{what.Replace(' ', '-')}.yaml", text);
        var place = line > 0 ? $"{file}:{line}:" : file;
        (await fixture.Server.RunAsync("validate", file)).ExpectError(2, place, part);
        await RefusedAsync(file);
    }

    [Fact]
    public Task ABinaryFileIsRefused() => RefusedAsync(WriteBytes("binary.yaml", [0x7f, 0x45, 0x4c, 0x46, 0, 1, 2, 3, 0xff, 0xfe, 0xfd]));

    [Fact]
    public async Task AHundredMegabytesAreRefusedAtOnce()
    {
        var file = Path.Combine(fixture.Server.Root, "large.yaml");
        await using (var large = File.Create(file))
        {
            var block = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("# nothing to see here\n", 50_000)));
            while (large.Length < 100_000_000) large.Write(block);
        }
        var clock = Stopwatch.StartNew();
        await RefusedAsync(file);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20), $"it took {clock.Elapsed}");
    }

    [Fact]
    public async Task ADirectoryAndAFileThatIsNotThereAreRefused()
    {
        await RefusedAsync(fixture.Server.Root);
        await RefusedAsync(Path.Combine(fixture.Server.Root, "absent.yaml"));
    }

    [Fact]
    public async Task AllProblemsOfAFileAreTold()
    {
        var file = fixture.Server.WriteFile("three.yaml", "agents:\n  - { id: a, wieght: 2 }\ntasks:\n  - { name: t, agent: a, command: [\"true\"], count: -1, priority: x }\n");
        var result = (await fixture.Server.RunAsync("validate", file)).Expect(2);
        Assert.Equal(3, result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Count(l => l.Contains(file, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task ARequestThatNoNodeOfTheServerHoldsIsRefusedWithItsPlace()
    {
        var file = fixture.Server.WriteFile("large.yaml", "agents:\n  - { id: grower }\ntasks:\n  - { name: t, agent: grower, command: [\"true\"], resources: { gpu: 4000 } }\n");
        (await fixture.Server.RunAsync("validate", file)).Expect(0);
        await RefusedAsync(file, 4, ":4:");
    }

    /// <summary>By <c>apply</c> and by <c>run</c>; nothing of it reaches the server.</summary>
    private async Task RefusedAsync(string file, int exitCode = 2, string place = "")
    {
        var before = await StateAsync();
        (await fixture.Server.RunAsync("apply", file)).ExpectError(exitCode, file + place);
        (await fixture.Server.RunAsync("run", file)).ExpectLastError(exitCode, file + place);
        Assert.Equal(before, await StateAsync());
    }

    private async Task<(int Tasks, int Agents, int Nodes)> StateAsync()
    {
        var client = fixture.Client;
        var tasks = 0;
        await foreach (var _ in client.ListAsync()) tasks++;
        return (tasks, (await client.AgentsAsync()).Count, (await client.NodesAsync()).Count);
    }

    private string WriteBytes(string name, byte[] bytes)
    {
        var path = Path.Combine(fixture.Server.Root, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    /// <summary>Nine levels of nine references: a gigabyte when written out.</summary>
    private static string Bomb()
    {
        var text = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
        for (var i = 1; i <= 9; i++)
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 9))}]\n");
        return text.ToString();
    }
}
