using Granary.Execution.Processes;
using Granary.Model;

namespace Granary.Execution.Tests.Processes;

/// <summary>What tasks are told of the server.</summary>
public sealed class TaskServerTests
{
    private static readonly TaskServer Server = new()
    {
        Gateway = "127.0.0.1:7411",
        Rest = "http://127.0.0.1:7410",
        Fingerprint = "3f9a",
        Token = a => "token-of-" + a.Spec.Agent,
    };

    [Fact]
    public void A_task_is_told_where_the_server_is_and_gets_a_token_of_its_agent() =>
        Assert.Equal(["GRANARY_FINGERPRINT=3f9a", "GRANARY_REST=http://127.0.0.1:7410", "GRANARY_SERVER=127.0.0.1:7411", "GRANARY_TOKEN=token-of-lab"], Told(Server));

    [Fact]
    public void What_is_not_known_is_not_said()
    {
        Assert.Equal(["GRANARY_SERVER=10.0.0.1:7411"], Told(new() { Gateway = "10.0.0.1:7411" }));
        Assert.Empty(Told(null));
    }

    [Theory]
    [InlineData("GRANARY_SERVER", "GRANARY_SERVER=own")]
    [InlineData("GRANARY_TOKEN", "GRANARY_FINGERPRINT=3f9a GRANARY_REST=http://127.0.0.1:7410 GRANARY_SERVER=127.0.0.1:7411 GRANARY_TOKEN=own")]
    [InlineData("GRANARY_TOKEN_FILE", "GRANARY_FINGERPRINT=3f9a GRANARY_REST=http://127.0.0.1:7410 GRANARY_SERVER=127.0.0.1:7411 GRANARY_TOKEN_FILE=own")]
    public void What_a_task_sets_itself_wins_and_another_server_is_not_shown_this_ones_token(string name, string told) =>
        Assert.Equal(told.Split(' '), Told(Server, new() { [name] = "own" }));

    [Theory]
    [InlineData(null, false)]
    [InlineData("true", true)]
    [InlineData("", true)]
    [InlineData("False", false)]
    public void A_label_asks_for_a_token(string? label, bool asks) =>
        Assert.Equal(asks, TaskServer.IsTokenAskedFor(new() { Agent = "lab", Labels = label is null ? null : new Dictionary<string, string> { [TaskServer.Label] = label } }));

    private static string[] Told(TaskServer? server, Dictionary<string, string>? own = null)
    {
        var assignment = new Assignment(new Lease(new TaskId("default", 1), "n", 1, 1), new TaskSpec { Agent = "lab", Command = ["true"], Environment = own }, 0, 1);
        var names = (string[])["GRANARY_SERVER", "GRANARY_REST", "GRANARY_FINGERPRINT", "GRANARY_CA", "GRANARY_TOKEN", "GRANARY_TOKEN_FILE"];
        return [.. LaunchEnvironment.Build(assignment, "/work", "/checkpoint", _ => null, server: server).Where(v => names.Contains(v.Split('=')[0])).Order(StringComparer.Ordinal)];
    }
}
