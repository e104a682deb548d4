using Granary.Abstractions;
using Granary.Access.Guarding;
using Granary.Access.Rules;
using Granary.Access.Tokens;
using Granary.Model;
using NSubstitute;
using Orleans;

namespace Granary.Access.Tests;

/// <summary>A machine's token lets it be the nodes that it names, in everything that a machine says, and no other.</summary>
public sealed class NodeScopeTests
{
    /// <summary>All that a machine says to the server.</summary>
    private static readonly Dictionary<string, Func<Caller, string, Task>> Said = new()
    {
        ["Greet"] = (caller, node) => Node(caller, node).Greet("s"),
        ["Join"] = (caller, node) => Node(caller, node).Join(new JoinRequest("s", Spec(node), [Lease(node)], "1", "t")),
        ["Poll"] = (caller, node) => Node(caller, node).Poll(new PollRequest("s", 0, TimeSpan.Zero)),
        ["Report"] = (caller, node) => Node(caller, node).Report("s", [Report(node)]),
        ["Heartbeat"] = (caller, node) => Node(caller, node).Heartbeat("s", new NodeSample()),
        ["Leaving"] = (caller, node) => Node(caller, node).Leaving("s"),
        ["Leave"] = (caller, node) => Node(caller, node).Leave("s"),
        ["LogRead"] = (caller, node) => Node(caller, node).LogRead("s", 1, null!),
        ["Completed"] = (caller, node) => Node(caller, node).Completed("s", 1, default),
        ["ProfileTold"] = (caller, node) => Node(caller, node).ProfileTold("s", 1, null!),
        ["TakeInventory"] = (caller, node) => Node(caller, node).TakeInventory("s", []),
        ["Publish"] = (caller, node) => GuardedGrain.Of(Substitute.For<ITelemetryGrain>(), node, caller, Substitute.For<IGrainFactory>()).Publish(new TelemetryBatch([], [])),
        ["Order"] = (caller, node) => GuardedGrain.Of(Substitute.For<IEnergyGrain>(), IEnergyGrain.Key, caller, Substitute.For<IGrainFactory>()).Order(node, new PowerKnobs(), ""),
    };

    [Theory]
    [InlineData("", "gpu-1", true)]
    [InlineData("gpu-1", "gpu-1", true)]
    [InlineData("gpu-1", "gpu-2", false)]
    [InlineData("gpu-1", "gpu-11", false)]
    [InlineData("gpu-1", "GPU-1", false)]
    [InlineData("gpu-*", "gpu-11", true)]
    [InlineData("gpu-*", "gpu-", true)]
    [InlineData("gpu-*", "cpu-1", false)]
    [InlineData("*.rack-7", "a.rack-7", true)]
    [InlineData("*.rack-7", "a.rack-70", false)]
    [InlineData("a*b*c", "a-b-b-c", true)]
    [InlineData("a.b", "axb", false)]
    [InlineData("one two", "two", true)]
    public async Task Whatever_a_machine_says_it_may_say_as_the_nodes_of_its_token(string names, string node, bool may)
    {
        foreach (var (what, say) in Said)
        {
            var denied = await Record.ExceptionAsync(() => say(Machine(names), node));
            if (may) Assert.True(denied is null, $"{what}: {denied}");
            else Assert.Contains($"'{node}'", Assert.IsType<AccessDeniedException>(denied).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Every_call_that_a_machine_may_make_on_a_node_is_held_against_its_token()
    {
        foreach (var (grain, method) in GrainRules.Entries.Where(e => e.Interface != typeof(IDirectoryGrain)))
        {
            var rule = GrainRules.Find(grain, method)!;
            if (!rule.Roles.Has(Role.Node)) continue;
            Assert.True(rule.ScopeFor(Machine("gpu-1")) is not null, $"{grain.Name}.{method}");
            Assert.Contains(method, Said.Keys);
            Assert.False(GrainGuard.Passes(Machine("gpu-1"), grain, method, "gpu-1"));
            Assert.True(GrainGuard.Passes(Machine(""), grain, method, "gpu-1"));
        }
    }

    [Fact]
    public async Task Of_what_runs_elsewhere_it_says_nothing()
    {
        var machine = Machine("gpu-1");
        await Assert.ThrowsAsync<AccessDeniedException>(() => Node(machine, "gpu-1").Report("s", [Report("gpu-1"), Report("gpu-2")]));
        await Assert.ThrowsAsync<AccessDeniedException>(() => Node(machine, "gpu-1").Join(new JoinRequest("s", Spec("gpu-1"), [Lease("gpu-2")], "1", "t")));
    }

    private static Caller Machine(string names) => new("t1", Role.Node, [], names.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    private static INodeGrain Node(Caller caller, string name) => GuardedGrain.Of(Substitute.For<INodeGrain>(), name, caller, Substitute.For<IGrainFactory>());

    private static NodeSpec Spec(string name) => new() { Name = name, Pool = "default" };

    private static Lease Lease(string node) => new(new TaskId("default", 1), node, 1, 1);

    private static TaskReport Report(string node) => new(Lease(node), ReportKind.Started, DateTimeOffset.UnixEpoch, null);
}
