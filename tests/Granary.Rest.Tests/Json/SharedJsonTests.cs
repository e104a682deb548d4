using System.Text.Json;
using System.Text.Json.Nodes;
using Granary.Abstractions.Json;
using Granary.Model;

namespace Granary.Rest.Tests.Json;

public sealed class SharedJsonTests
{
    private static readonly DateTimeOffset At = new(2026, 1, 31, 13, 0, 0, 250, TimeSpan.FromHours(1));

    [Fact]
    public void A_task_has_the_fields_that_scripts_rely_on()
    {
        var json = Write(new()
        {
            Id = new("lab", 12),
            Spec = new() { Agent = "a", Name = "n", Command = ["true"], Priority = 5, Resources = new() { CpuMilli = 500, MemoryMiB = 64 } },
            State = TaskState.Failed,
            Reason = "exit code 3",
            Node = "n1",
            Attempt = 2,
            Submitted = At,
            Started = At.AddSeconds(1),
            Finished = At.AddSeconds(2),
            Deadline = At.AddMinutes(1),
            Exit = new() { Code = 3, Cause = ExitCause.ExitCode, WallTime = TimeSpan.FromSeconds(1), Message = "exit code 3" },
        });
        string[] promised =
        [
            "id", "name", "agent", "pool", "state", "reason", "priority", "node", "attempt", "submitted", "started", "finished", "exit_code", "resources",
            "deadline", "position",
        ];
        Assert.Equal(promised, json.AsObject().Select(p => p.Key).Take(promised.Length));
        Assert.Equal("""{"id":"lab/12","name":"n","agent":"a","pool":"lab","state":"Failed","reason":"exit code 3","priority":5,"node":"n1","attempt":2,"submitted":"2026-01-31T12:00:00.250Z","started":"2026-01-31T12:00:01.250Z","finished":"2026-01-31T12:00:02.250Z","exit_code":3,"resources":{"cpu":"500m","memory":"64Mi"},"deadline":"2026-01-31T12:01:00.250Z","position":0,""",
            json.ToJsonString()[..json.ToJsonString().IndexOf("\"wait_reason\"", StringComparison.Ordinal)]);
        Assert.Equal(("ExitCode", 1.0), ((string)json["exit"]!["cause"]!, (double)json["exit"]!["wall_s"]!));
    }

    [Fact]
    public void What_is_absent_is_null_and_a_waiting_task_has_its_reason()
    {
        var json = Write(new() { Id = new("default", 1), Spec = new() { Agent = "a" }, State = TaskState.Queued, WaitReason = WaitReason.TooLarge, Position = 3 });
        foreach (var name in new[] { "name", "node", "started", "finished", "exit_code", "deadline", "exit", "handler" })
        {
            Assert.True(json.AsObject().ContainsKey(name), name);
            Assert.Null(json[name]);
        }
        Assert.Equal(("TooLarge", "TooLarge", 3), ((string)json["reason"]!, (string)json["wait_reason"]!, (int)json["position"]!));
        Assert.Equal("{}", json["resources"]!.ToJsonString());
    }

    [Theory]
    [InlineData("""{"cpu":"500m"}""", """{"cpu":"500m"}""")]
    [InlineData("""{"cpu":0.5,"memory":"1Gi","gpu":1}""", """{"cpu":"500m","memory":"1Gi","gpu":"1"}""")]
    [InlineData("""{"licence":2,"custom":{"reviewer":"500m"}}""", """{"licence":"2","reviewer":"500m"}""")]
    [InlineData("""{"cpu":0}""", "{}")]
    public void Resources_are_read_and_written_as_quantities(string text, string expected)
    {
        var set = JsonSerializer.Deserialize(text, GranaryJson.Default.ResourceSet)!;
        Assert.Equal(expected, JsonSerializer.Serialize(set, GranaryJson.Default.ResourceSet));
    }

    private static JsonNode Write(TaskView view) => JsonSerializer.SerializeToNode(TaskJson.From(view), GranaryJson.Default.TaskJson)!;
}
