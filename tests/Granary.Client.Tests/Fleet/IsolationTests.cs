using Granary.Model;

namespace Granary.Client.Tests;

public class IsolationTests
{
    [Fact]
    public void A_task_of_a_file_says_what_its_processes_are_kept_to()
    {
        var spec = FleetFile.Parse("""
            tasks:
              - { agent: a, command: [true], isolation: { cpu_quota: 200m, memory_high: 48Mi, processes: 64, io_read: 10Mi, policy: batch, nice: 5, io_priority: idle, huge_pages: false, numa: bind, limits: { nofile: 64, core: unlimited } } }
            """, "x.yaml").OrThrow().Tasks[0].Spec;
        Assert.Equal(new TaskIsolation
        {
            CpuQuotaMilli = 200,
            MemoryHighMiB = 48,
            Processes = 64,
            ReadBytesPerSecond = 10 * 1024 * 1024,
            Policy = SchedulingPolicy.Batch,
            Nice = 5,
            IoPriority = 8,
            HugePages = false,
            Numa = NumaPolicy.Bind,
            Limits = new Dictionary<string, long> { ["nofile"] = 64, ["core"] = -1 },
        }, spec.Terms!.Isolation);
    }

    [Theory]
    [InlineData("cpu_quota: 0", "cpu_quota: '0' is nothing")]
    [InlineData("cpu_weight: 0", "cpu_weight: '0' is not a number from 1 to 10000")]
    [InlineData("processes: many", "processes: 'many' is not a number from 1 to 4194304")]
    [InlineData("policy: fifo", "policy: 'fifo' is not one of normal, batch, idle")]
    [InlineData("nice: 20", "nice: '20' is not a number from -20 to 19")]
    [InlineData("io_priority: 8", "io_priority: '8' is not 0 (first) to 7 (last), or idle")]
    [InlineData("io_write: 0", "io_write: '0' is no number of bytes a second; write one like 10Mi")]
    [InlineData("huge_pages: maybe", "huge_pages: 'maybe' is neither true nor false")]
    [InlineData("limits: { nofile: -2 }", "limit.nofile: '-2' is neither a number nor unlimited")]
    [InlineData("limits: { nofiles: 2 }", "nofile")]
    [InlineData("cpu_qouta: 1", "cpu_quota")]
    public void What_is_wrong_is_told_with_its_line(string words, string message)
    {
        var problem = Assert.Single(FleetFile.Parse($"tasks:\n  - agent: a\n    command: [true]\n    isolation: {{ {words} }}\n", "x.yaml").Problems);
        Assert.Equal(4, problem.Line);
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_task_s_own_words_go_before_the_node_s()
    {
        var own = new TaskIsolation { Nice = 1, Limits = new Dictionary<string, long> { ["core"] = 0 } };
        var node = new TaskIsolation { Nice = 9, Processes = 50, Limits = new Dictionary<string, long> { ["core"] = 5, ["nofile"] = 8 } };
        Assert.Equal(new TaskIsolation { Nice = 1, Processes = 50, Limits = new Dictionary<string, long> { ["nofile"] = 8, ["core"] = 0 } }, own.Over(node));
        Assert.Equal(own, own.Over(null));
    }
}
