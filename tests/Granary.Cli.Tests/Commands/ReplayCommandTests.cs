using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Granary.Simulation.Cluster.Machines;

namespace Granary.Cli.Tests.Commands;

/// <summary><c>replay</c>, <c>generate</c>, <c>plan-capacity</c>: none needs a server.</summary>
public sealed class ReplayCommandTests : IDisposable
{
    private const string Rest = " -1 -1 -1 -1 -1 1 1 2 -1 3 -1 -1 -1\n";

    /// <summary>Four processors: a long wide job, one as wide as the machine, a short one that can go ahead, one too large.</summary>
    private const string Trace = "; MaxProcs: 4\n1 0 -1 100 3" + Rest + "2 1 -1 50 4" + Rest + "3 2 -1 20 1" + Rest + "4 3 -1 20 9" + Rest + "5 4 -1 0 1" + Rest;

    private readonly string _folder = Directory.CreateTempSubdirectory("granary-cli-").FullName;

    private string Write(string text, string name = "t.swf")
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static async Task<JsonElement> Json(params string[] args)
    {
        var result = await new Cli().Run([.. args, "-o", "json"]);
        Assert.Equal((0, ""), (result.Code, result.Error));
        return JsonDocument.Parse(result.Out).RootElement;
    }

    [Fact]
    public async Task Json_is_one_object_with_the_stable_fields()
    {
        var report = await Json("replay", Write(Trace), "--policy", "easy");
        foreach (var name in (string[])["jobs", "finished", "rejected", "mean_wait_s", "mean_bounded_slowdown", "mean_response_s", "utilization",
            "makespan_s", "decisions", "decisions_per_s", "wall_s", "peak_memory_mib"])
            Assert.Equal(JsonValueKind.Number, report.GetProperty(name).ValueKind);
        Assert.False(report.TryGetProperty("gpu_allocation_ratio", out _));
        int Whole(string name) => report.GetProperty(name).GetInt32();
        Assert.Equal((4, 3, 1, 1, 3), (Whole("jobs"), Whole("finished"), Whole("rejected"), Whole("skipped"), Whole("decisions")));
        // Waits 0, 99, 0; the third goes ahead of the second.
        Assert.Equal(33, report.GetProperty("mean_wait_s").GetDouble(), 6);
        Assert.Equal((1 + 149 / 50.0 + 1) / 3, report.GetProperty("mean_bounded_slowdown").GetDouble(), 6);
        Assert.Equal(150, report.GetProperty("makespan_s").GetDouble());
        Assert.Equal((300 + 200 + 20) / 600.0, report.GetProperty("utilization").GetDouble(), 6);
        Assert.Equal("easy", report.GetProperty("policy").GetString());
    }

    [Theory]
    [InlineData("fcfs")]
    [InlineData("easy")]
    [InlineData("easy-exact")]
    [InlineData("easy-sjf")]
    [InlineData("conservative")]
    [InlineData("fair")]
    [InlineData("edf")]
    [InlineData("predictive")]
    public async Task Every_policy_replays_the_same_twice(string policy)
    {
        var path = Write(Trace);
        var first = await Json("replay", path, "--policy", policy, "--seed", "7", "--lose-node", "30s:1", "--slow-node", "1:2");
        var second = await Json("replay", path, "--policy", policy, "--seed", "7", "--lose-node", "30s:1", "--slow-node", "1:2");
        Assert.Equal(first.GetProperty("digest").GetString(), second.GetProperty("digest").GetString());
    }

    [Fact]
    public async Task Several_policies_stand_side_by_side()
    {
        var result = await new Cli().Run("replay", Write(Trace), "--policy", "fcfs,easy");
        Assert.Equal(0, result.Code);
        Assert.StartsWith("POLICY", result.Lines[0], StringComparison.Ordinal);
        Assert.Equal(["fcfs", "easy"], result.Lines[1..].Select(l => l.Split(' ')[0]));
        Assert.Contains("1 jobs left out", result.Error, StringComparison.Ordinal);
        Assert.Equal(2, (await Json("replay", Write(Trace), "--policy", "fcfs,easy")).GetArrayLength());
    }

    [Fact]
    public async Task Nodes_may_be_a_number_or_a_file_and_the_trace_may_be_packed()
    {
        var packed = Path.Combine(_folder, "t.gz");
        using (var file = File.Create(packed))
        using (var gzip = new GZipStream(file, CompressionLevel.Fastest)) gzip.Write(Encoding.UTF8.GetBytes(Trace));
        Assert.Equal(0, (await Json("replay", packed, "--nodes", "9")).GetProperty("rejected").GetInt32());
        var nodes = Write("name,processors,count\nbig,8,2\n", "nodes.csv");
        Assert.Equal(0, (await Json("replay", packed, "--nodes", nodes)).GetProperty("rejected").GetInt32());
    }

    [Fact]
    public async Task Requests_and_tasks_are_known_by_their_beginning()
    {
        var requests = Write("TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:17:03,100,10\n2023-11-16 18:17:03,100,10\n", "r.csv");
        var report = await Json("replay", requests, "--nodes", "1", "--prompt-rate", "100", "--token-rate", "10");
        Assert.Equal((1.0, 4.0), (report.GetProperty("mean_wait_s").GetDouble(), report.GetProperty("makespan_s").GetDouble()));
        var cli = new Cli { Now = Sample.At(100) };
        cli.Add(Sample.Task(1, Model.TaskState.Succeeded, "alpha", "hash", started: 1, finished: 3.5));
        var tasks = Write((await cli.Run("tasks", "-o", "json")).Out, "tasks.json");
        Assert.Equal(2.5, (await Json("replay", tasks, "--policy", "fair")).GetProperty("makespan_s").GetDouble());
    }

    [Theory]
    [InlineData("1 0 -1 x 3" + Rest, ":1: field 4 (run time) is 'x'; it must be a number, -1 when unknown")]
    [InlineData("1 0 -1 5 3 -1", ":1: has 6 fields; a job has 18, with -1 for what is unknown (the file ends within this line: it seems to be cut off)")]
    [InlineData("hello", ":1: is no trace; it would begin with ';' or a number (SWF), with a header (openb pods, LLM requests), or with '[' or '{' (tasks of Granary)")]
    [InlineData("", ": is empty; a trace has at least one job")]
    [InlineData("1 0 -1 5 3" + Rest, ": does not say how many processors the machine had; say it with --nodes N or --nodes FILE")]
    public async Task An_invalid_file_is_one_line_and_exit_code_2(string text, string error)
    {
        var path = Write(text);
        var result = await new Cli().Run("replay", path);
        Assert.Equal((2, "", $"granary: {path}{error}\n"), (result.Code, result.Out, result.Error));
    }

    [Theory]
    [InlineData("--policy", "eazy", "--policy is 'eazy'; for Swf traces it can be easy, fcfs,")]
    [InlineData("--nodes", "0", "--nodes is 0; it must be 1 to")]
    [InlineData("--nodes", "absent.csv", "absent.csv: there is no such file")]
    [InlineData("--agents-from", "team", "--agents-from is 'team'; it can be user, group, queue")]
    [InlineData("--lose-node", "5", "--lose-node is '5'; write AT:N, like 2h:16")]
    [InlineData("--lose-node", "5s:4", "--lose-node loses 4 nodes of 4; at least one must stay")]
    [InlineData("--slow-node", "2:0.5", "--slow-node is '2:0.5'; write N:FACTOR")]
    [InlineData("--slow-node", "9:2", "--slow-node names 9 nodes of 4")]
    public async Task Wrong_usage_is_one_line_and_exit_code_2(string option, string value, string error)
    {
        var result = await new Cli().Run("replay", Write(Trace), option, value);
        Assert.Equal((2, ""), (result.Code, result.Out));
        Assert.StartsWith("granary: " + error, result.Error, StringComparison.Ordinal);
        Assert.Equal(1, result.Error.Count(c => c == '\n'));
    }

    [Fact]
    public async Task What_is_generated_can_be_replayed_and_planned_for()
    {
        var path = Path.Combine(_folder, "g.swf");
        var result = await new Cli().Run("generate", "poisson", "--jobs", "200", "--nodes", "16", "--load", "0.5", "--seed", "3", "--file", path);
        Assert.Equal((0, "", $"200 jobs written to {path}\n"), (result.Code, result.Out, result.Error));
        Assert.Equal(File.ReadAllText(path), (await new Cli().Run("generate", "poisson", "--jobs", "200", "--nodes", "16", "--load", "0.5", "--seed", "3")).Out);
        Assert.Equal(200, (await Json("replay", path)).GetProperty("finished").GetInt32());
        var kinds = Write("name,processors,price\nsmall,4,1\nlarge,16,3\n", "kinds.csv");
        Assert.Equal(2, NodeFile.Load(kinds).Count);
        var plans = (await Json("plan-capacity", path, "--kinds", kinds, "--mean-wait", "5m")).EnumerateArray().ToList();
        Assert.NotEmpty(plans);
        Assert.All(plans, p => Assert.True(p.GetProperty("mean_wait_s").GetDouble() <= 300));
        Assert.Equal(plans.Select(p => p.GetProperty("price").GetDouble()).Order(), plans.Select(p => p.GetProperty("price").GetDouble()));
    }

    [Theory]
    [InlineData("generate", "weekly", "MODEL is 'weekly'; it can be lublin, poisson, bursty, diurnal")]
    [InlineData("generate", "--jobs=0", "jobs is 0; it must be 1 to 10,000,000")]
    [InlineData("generate", "--load=-1", "load is -1; it must be over 0 and up to 10")]
    [InlineData("plan-capacity", "t.swf", "no wait is given; say --mean-wait or --p95-wait, like --p95-wait 10m")]
    public async Task What_cannot_be_done_is_said(string command, string argument, string error)
    {
        var result = await new Cli().Run(command, argument);
        Assert.Equal((2, $"granary: {error}\n"), (result.Code, result.Error));
    }
}
