using Granary.Model;
using Granary.Scheduling.Tests.Simulation;

namespace Granary.Scheduling.Tests.Offers;

/// <summary>A task goes only where its executor is; where none is it is refused with what would help.</summary>
public class OfferTests
{
    private static readonly TaskAction Container = new() { Container = new ContainerRun { Image = "debian:12" } };
    private readonly VirtualPool _pool = new();

    [Theory]
    [InlineData("container", "needs a container, and no node of pool default runs any: install podman")]
    [InlineData("docker", "needs docker, which no node of pool default has")]
    [InlineData("scope", "needs a systemd scope")]
    [InlineData("http", "set Node:HttpHosts on one")]
    [InlineData("manual", "is for a person")]
    [InlineData("handler", "needs the handler 'thumbs', which no node of pool default has: put its plug-in into plugins/")]
    public void What_no_node_carries_out_is_refused_with_what_would_help(string kind, string told)
    {
        Node("n1", "zone=a");
        var refused = Assert.Throws<GranaryException>(() => _pool.Submit(Task(kind)));
        Assert.Equal(ErrorCode.Refused, refused.Code);
        Assert.StartsWith("item 0: infeasible: ", refused.Message, StringComparison.Ordinal);
        Assert.Contains(told, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void It_runs_where_its_executor_is_and_waits_for_room_there()
    {
        Node("n1");
        Node("n2", "executor.container=yes");
        _pool.Submit(Make.Task("x") with { Terms = new TaskTerms { Action = Container } }, 9);
        _pool.Decide();
        Assert.All(_pool.Starts, s => Assert.Equal("n2", s.Assignment.Lease.Node));
        Assert.Equal(8, _pool.Starts.Count);
    }

    [Fact]
    public void What_a_node_carries_out_that_has_not_joined_is_not_known_yet()
    {
        _pool.Node(new NodeSpec { Name = "later", Capacity = Make.Cpu(8) }, NodeState.Declared);
        Assert.Equal(1, _pool.Submit(Task("container")).Count);
    }

    [Fact]
    public void Only_what_not_every_node_has_is_asked_of_one()
    {
        Assert.Null(Executors.LabelFor(Make.Task("x")));
        Assert.Null(Executors.LabelFor(Make.Task("x") with { Command = [], Handler = "sleep" }));
        var spec = Executors.Placed(Task("docker"));
        Assert.Equal("yes", spec.Terms!.Placement!.Require!["executor.docker"]);
        Assert.Same(spec, Executors.Placed(spec));
    }

    private static TaskSpec Task(string kind)
    {
        var task = Make.Task("x") with { Command = [] };
        return kind switch
        {
            "handler" => task with { Handler = "thumbs" },
            "container" => task with { Terms = new TaskTerms { Action = Container } },
            "docker" => task with { Terms = new TaskTerms { Action = new() { Container = Container.Container! with { Engine = "docker" } } } },
            "scope" => Make.Task("x") with { Terms = new TaskTerms { Action = new() { Scope = true } } },
            "http" => task with { Terms = new TaskTerms { Action = new() { Http = new() { Url = "http://127.0.0.1/" } } } },
            _ => task with { Terms = new TaskTerms { Action = new() { Manual = new() { Instructions = "do" } } } },
        };
    }

    private void Node(string name, params string[] labels) => _pool.Node(new NodeSpec
    {
        Name = name,
        Capacity = Make.Cpu(8),
        Labels = labels.ToDictionary(l => l.Split('=')[0], l => l.Split('=')[1]),
    });
}
