using Granary.Distribution.Tests.Simulation;
using Granary.Model;

namespace Granary.Distribution.Tests;

public sealed class WorkRulesTests
{
    private static readonly WorkStage One = Make.Stage("a", 2);

    public static TheoryData<string, WorkSpec> Wrong => new()
    {
        { "agent: '' is no name", Make.Work(One) with { Agent = "" } },
        { "pool: 'a b' is no name", Make.Work(One) with { Pool = "a b" } },
        { "stages: are 0; use 1 to 32", Make.Work() },
        { "name: '!' is no name", Make.Work(One with { Name = "!" }) },
        { "partitions: are none; give a count, or inputs", Make.Work(One with { Partitions = [] }) },
        { "partitions: are 50002 in all; at most 50000", Make.Work(Make.Stage("a", 50_002)) },
        { "command: is missing", Make.Work(One with { Task = new TaskSpec { Agent = "a" } }) },
        { "command: is given together with handler", Make.Work(One with { Task = One.Task with { Handler = "noop" } }) },
        { "deadline: is for single tasks", Make.Work(One with { Task = One.Task with { Deadline = TimeSpan.FromSeconds(1) } }) },
        { "output: 'out' is not an absolute path", Make.Work(One with { Output = "out" }) },
        { "stages[1].after: 'x' is no earlier stage", Make.Work(One, Make.Stage("b", 2, null, "x")) },
        { "stages[1].after: 'b' is no earlier stage", Make.Work(One, Make.Stage("b", 2, null, "b")) },
        { "stages[1].name: 'a' names another stage too", Make.Work(One, One) },
        { "stages[1].flow: is each, but a has 2 partitions and b 3", Make.Work(One, Make.Stage("b", 3, null, "a") with { Flow = WorkFlow.Each }) },
        { "inputs.at: 'n 1' is no name of a node", Make.Work(Make.Stage("a", 2, _ => ["n 1"])) },
        { "inputs: of partition 0 has a path that is empty", Make.Work(One with { Partitions = [new WorkPartition([""])] }) },
        { "speculation.slower_than: is 1; expected over 1", Make.Work(One) with { Policy = new WorkPolicy { SlowerThan = 1 } } },
        { "speculation.share: is NaN; expected 0 to 1", Make.Work(One) with { Policy = new WorkPolicy { SpeculationShare = double.NaN } } },
        { "batch.most: is 0; expected 1 to 1000", Make.Work(One) with { Policy = new WorkPolicy { MostPerBatch = 0 } } },
        { "stealing.delay: is not from 0s to 1h", Make.Work(One) with { Policy = new WorkPolicy { LocalityDelay = TimeSpan.FromDays(1) } } },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void What_is_wrong_is_said_in_one_line(string says, WorkSpec spec)
    {
        var error = Assert.Throws<GranaryException>(() => WorkRules.Check(spec));
        Assert.Equal(ErrorCode.Invalid, error.Code);
        Assert.StartsWith(says, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void A_pipeline_is_right() => WorkRules.Check(Make.Work(One, Make.Stage("b", 2, null, "a") with { Flow = WorkFlow.Each }, Make.Stage("c", 1, null, "b", "a")));
}
