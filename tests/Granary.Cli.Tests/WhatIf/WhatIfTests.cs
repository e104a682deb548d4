using System.Text.Json.Nodes;
using Granary.Cli.WhatIf;
using Granary.Model;

namespace Granary.Cli.Tests.WhatIf;

public sealed class WhatIfTests
{
    [Fact]
    public async Task Submit_answers_in_json()
    {
        var cli = new Cli();
        cli.Add(Sample.Task(1));
        var result = await cli.Run("whatif", "submit", "--agent", "a", "--cpu", "2", "-o", "json", "--", "true");
        Assert.Equal((0, ""), (result.Code, result.Error));
        Assert.True((bool)JsonNode.Parse(result.Out)!["admitted"]!);
        Assert.Single(cli.Cluster.Pool().Tasks);
    }

    [Theory]
    [InlineData("whatif submit --agent a", 2, "no command")]
    [InlineData("whatif submit --agent a --wait -- true", 2, "--wait")]
    [InlineData("whatif node-loss n9", 5, "n9")]
    [InlineData("whatif", 2, "")]
    public async Task Wrong_usage_is_told(string line, int code, string error)
    {
        var result = await new Cli().Run(line.Split(' '));
        Assert.Equal(code, result.Code);
        Assert.Contains(error, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void People_read_when_where_and_whom_it_would_delay()
    {
        var text = new StringWriter();
        WhatIfText.Write(text, new WhatIfSubmission
        {
            Admitted = true,
            Position = 4,
            Start = Sample.At(12),
            Finish = Sample.At(22),
            Node = "n1",
            Delayed = 2,
            LargestDelayS = 3,
        }, Sample.At(0));
        Assert.Equal(
            """
            would start in 12s on n1
              position:  4
              ends:      in 22s
              delays:    2 waiting tasks, by 3s at most

            """, text.ToString());
    }

    [Fact]
    public void A_refusal_names_the_earliest_finish()
    {
        var text = new StringWriter();
        WhatIfText.Write(text, new WhatIfSubmission { Refusal = "deadline 3s cannot be kept", EarliestFinish = Sample.At(10) }, Sample.At(0));
        Assert.StartsWith("refused: deadline 3s cannot be kept\n  earliest:  finish that could be promised: in 10s\n", text.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_lost_node_is_told_task_by_task()
    {
        var text = new StringWriter();
        WhatIfText.Write(text, new WhatIfNodeLoss
        {
            Node = "n1",
            Verdict = "40% of the pool would be gone",
            BrokenPromises = [new TaskId("default", 9)],
            Tasks = [new StrandedTask(new TaskId("default", 1), "a", "job", "restarts", "n2", 5)],
        });
        Assert.Equal(
            """
            n1 lost: 40% of the pool would be gone
              capacity:         none
              broken promises:  default/9
            TASK        AGENT   NAME   FATE       NODE   RAN
            default/1   a       job    restarts   n2     5s

            """, text.ToString());
    }
}
