using Granary.EndToEnd.Tests.Support;

namespace Granary.EndToEnd.Tests.Lives;

/// <summary>A server that root starts without a word on users runs tasks as somebody else, and says so.</summary>
public sealed class TaskUserTests
{
    [Fact]
    public async Task Tasks_of_a_server_of_root_run_as_another_user_unless_root_is_asked_for()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can run tasks as another user");
        await using var server = TestServer.Prepare();
        server.Environment["GRANARY__Node__RunAs"] = "";
        await server.UpAsync();

        var id = (await server.RunAsync("submit", "--agent", "a", "--wait", "--", "sh", "-c", "id -u; echo kept > \"$PWD/file\"; cat " + server.Data + "/token")).Output.Trim();

        var output = (await server.RunAsync("logs", id.Split('\n')[0].Trim())).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.NotEqual("0", output[0]);
        Assert.DoesNotContain(server.Token, output);
        var node = (await server.JsonAsync("nodes"))[0].GetProperty("runs_as").GetString();
        Assert.NotEqual("root", node);
        Assert.Contains("RUNS-AS", (await server.RunAsync("nodes", "-o", "wide")).Expect(0).Lines[0], StringComparison.Ordinal);
    }
}
