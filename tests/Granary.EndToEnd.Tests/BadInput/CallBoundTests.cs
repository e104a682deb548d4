using Granary.Client;
using Granary.EndToEnd.Tests.Support;
using Granary.Model;
using ErrorCode = Granary.Model.ErrorCode;

namespace Granary.EndToEnd.Tests.BadInput;

public sealed class CallBoundTests
{
    [Fact]
    public async Task A_client_with_too_many_calls_under_way_waits_or_is_told_when_to_come_back()
    {
        var server = TestServer.Prepare("--no-node");
        await using var _ = server;
        server.Environment["GRANARY__Gateway__MaxRequestsPerConnection"] = "4";
        await server.UpAsync();
        await using var greedy = await GranaryClient.ConnectAsync(new GranaryClientOptions { Server = server.Gateway, Token = server.Token, DataDirectory = server.Data, BusyRetries = 0 });
        await using var other = await server.ConnectAsync();
        var calls = Enumerable.Range(0, 300).Select(async _ =>
        {
            try
            {
                await greedy.SubmitAsync(Specs.Of("true"));
                return true;
            }
            catch (GranaryException e)
            {
                Assert.True(e is { Code: ErrorCode.Refused, RetryAfter: not null }, e.Message);
                Assert.Contains("Gateway:MaxRequestsPerConnection", e.Message, StringComparison.Ordinal);
                return false;
            }
        }).ToArray();
        var mine = await other.SubmitAsync(Specs.Of("true"));
        var accepted = (await Task.WhenAll(calls)).Count(c => c);
        Assert.NotEqual(0, accepted);
        Assert.Equal(new LocalServer(server.Data).Read()?.Host == "Embedded", accepted == calls.Length); // it lets them wait
        var known = new HashSet<TaskId>();
        await foreach (var view in other.ListAsync()) known.Add(view.Id);
        Assert.Equal(accepted + 1, known.Count);
        Assert.Contains(mine, known);
    }
}
