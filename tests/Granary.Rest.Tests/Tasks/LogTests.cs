using System.Text;
using Granary.Model;

namespace Granary.Rest.Tests.Tasks;

public sealed class LogTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData("", "hello world")]
    [InlineData("?stream=stdout", "hello world")]
    [InlineData("?stream=stderr", "oops")]
    [InlineData("?offset=6", "world")]
    [InlineData("?offset=-5", "world")]
    [InlineData("?offset=99", "")]
    public async Task Output_is_sent_as_it_is(string query, string expected)
    {
        await using var server = await Filled("hello world", "oops");
        var reply = await server.Get("/api/tasks/1/logs" + query);
        Assert.Equal(expected, await reply.Content.ReadAsStringAsync());
        Assert.Equal("text/plain", reply.Content.Headers.ContentType?.MediaType);
        Assert.Equal("nosniff", reply.Headers.GetValues("X-Content-Type-Options").Single());
    }

    [Fact]
    public async Task Large_output_comes_whole()
    {
        var text = string.Concat(Enumerable.Range(0, 100_000).Select(i => $"line {i}\n"));
        await using var server = await Filled(text, "");
        Assert.Equal(text, await server.Client.GetStringAsync("/api/tasks/default/1/logs"));
    }

    [Theory]
    [InlineData("?stream=both", 400, "expected stdout or stderr")]
    [InlineData("?follow=maybe", 400, "expected true or false")]
    [InlineData("?offset=x", 400, "expected a whole number")]
    [InlineData("?tail=1", 400, "unknown query parameter 'tail'")]
    [InlineData("?stream=stderr", 404, "default/1 has no stderr (Running); it has not begun")]
    public async Task Bad_requests_are_refused_before_anything_is_sent(string query, int status, string expected)
    {
        await using var server = await Filled("text", null);
        Assert.Contains(expected, await server.Get("/api/tasks/1/logs" + query).Problem(status));
    }

    [Fact]
    public async Task Following_goes_on_until_the_task_has_ended()
    {
        await using var server = await Filled("one ", null);
        var pool = server.Cluster.Pools["default"];
        using var reply = await server.Client.GetAsync("/api/tasks/1/logs?follow=true", HttpCompletionOption.ResponseHeadersRead);
        await using var stream = await reply.Content.ReadAsStreamAsync();
        var buffer = new byte[4];
        await stream.ReadExactlyAsync(buffer).AsTask().WaitAsync(Soon);
        Assert.Equal("one ", Encoding.UTF8.GetString(buffer));
        // It waits for more now: what is written before the end must still come.
        await pool.Watched.Task.WaitAsync(Soon);
        pool.Logs[(1, false)] = "one two"u8.ToArray();
        pool.Change(1, t => t with { State = TaskState.Succeeded });
        Assert.Equal("two", await new StreamReader(stream).ReadToEndAsync().WaitAsync(Soon));
    }

    [Fact]
    public async Task Following_waits_for_a_task_that_has_not_begun()
    {
        await using var server = await Filled(null, null);
        var pool = server.Cluster.Pools["default"];
        var call = server.Client.GetStringAsync("/api/tasks/1/logs?follow");
        await pool.Watched.Task.WaitAsync(Soon);
        pool.Logs[(1, false)] = "late"u8.ToArray();
        pool.Change(1, t => t with { State = TaskState.Failed });
        Assert.Equal("late", await call.WaitAsync(Soon));
    }

    private static async Task<RestServer> Filled(string? output, string? errors)
    {
        var server = await RestServer.Start();
        var pool = server.Cluster.Pools["default"];
        pool.Tasks.Add(new() { Id = new("default", 1), Spec = new() { Agent = "a" }, State = TaskState.Running });
        if (output is not null) pool.Logs[(1, false)] = Encoding.UTF8.GetBytes(output);
        if (errors is not null) pool.Logs[(1, true)] = Encoding.UTF8.GetBytes(errors);
        return server;
    }
}
