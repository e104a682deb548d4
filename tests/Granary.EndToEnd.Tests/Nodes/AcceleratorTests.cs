using System.Text.Json;
using Granary.EndToEnd.Tests.Support;

namespace Granary.EndToEnd.Tests.Nodes;

/// <summary>Declared accelerators through a whole server: shares, whole ones, waiting, and a kill -9.</summary>
public sealed class AcceleratorTests
{
    private const string Wait = "echo \"$GRANARY_ACCELERATORS\"; while [ ! -e go ]; do sleep 0.05; done";

    [Fact]
    public async Task Shares_of_one_card_and_whole_ones_never_overlap_and_outlive_a_killed_server()
    {
        await using var server = TestServer.Prepare();
        server.Environment["GRANARY__Node__Accelerators"] = "2 gpu a100 40Gi simulated";
        await server.UpAsync();

        var halves = (await server.RunAsync("submit", "-a", "a", "--cpu", "10m", "--gpu", "500m", "--count", "2", "--", "sh", "-c", Wait)).Expect(0).Output.Trim().Split('\n');
        var told = new[] { await Told(server, halves[0]), await Told(server, halves[1]) };
        Assert.Equal(told[0].Id, told[1].Id);
        Assert.All(told, t => Assert.Equal((500, 20480, "a100"), (t.Share, t.Memory, t.Model)));
        var whole = (await server.RunAsync("submit", "-a", "a", "--cpu", "10m", "--gpu", "1", "--", "sh", "-c", Wait)).Expect(0).Output.Trim();
        var other = await Told(server, whole);
        Assert.NotEqual(told[0].Id, other.Id);
        Assert.Equal((1000, 40960), (other.Share, other.Memory));

        var third = (await server.RunAsync("submit", "-a", "a", "--cpu", "10m", "--gpu", "300m", "--", "sh", "-c", Wait)).Expect(0).Output.Trim();
        Assert.Equal("Queued", (await server.JsonAsync("task", third)).GetProperty("state").GetString());

        await server.KillAsync();
        await server.UpAsync();
        Assert.Equal("Queued", (await server.JsonAsync("task", third)).GetProperty("state").GetString());

        // the card that comes free is the one whose holders had it before the kill
        Go(server, halves[0]);
        Assert.Equal(told[0].Id, (await Told(server, third)).Id);
        foreach (var task in new[] { halves[1], whole, third }) Go(server, task);
        (await server.RunAsync("wait", halves[0], halves[1], whole, third, "--timeout", "60s")).Expect(0);
        var last = (await server.RunAsync("submit", "-a", "a", "--cpu", "10m", "--gpu", "2", "--", "sh", "-c", Wait)).Expect(0).Output.Trim();
        await Told(server, last);
        Go(server, last);
        (await server.RunAsync("wait", last, "--timeout", "60s")).Expect(0);
    }

    private static string Work(TestServer server, string task) => Path.Combine(server.Data, "tasks", task);

    private static void Go(TestServer server, string task) => File.WriteAllText(Path.Combine(Work(server, task), "work", "go"), "");

    private static async Task<(string Id, string Model, int Share, int Memory)> Told(TestServer server, string task)
    {
        var path = Path.Combine(Work(server, task), "stdout");
        var text = "";
        await Until.TrueAsync(() => Task.FromResult(File.Exists(path) && (text = File.ReadAllText(path)).EndsWith('\n')), () => $"task {task} said nothing", TimeSpan.FromSeconds(60));
        var one = JsonDocument.Parse(text).RootElement[0];
        return (one.GetProperty("id").GetString()!, one.GetProperty("model").GetString()!, one.GetProperty("share_milli").GetInt32(), one.GetProperty("memory_mib").GetInt32());
    }
}
