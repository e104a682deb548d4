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

    [Fact]
    public async Task Many_readers_of_an_ended_tasks_output_ask_its_node_once()
    {
        await using var server = await Filled("what went wrong", null);
        var pool = server.Cluster.Pools["default"];
        pool.Change(1, t => t with { State = TaskState.Failed, Attempt = 1 });
        var held = new TaskCompletionSource();
        pool.LogHeld = held.Task;
        var readers = Enumerable.Range(0, 20).Select(_ => server.Client.GetStringAsync("/api/tasks/1/logs")).ToList();
        // Those that come later find it there, so it does not matter who waited.
        held.SetResult();
        Assert.All(await Task.WhenAll(readers).WaitAsync(Soon), text => Assert.Equal("what went wrong", text));
        Assert.Equal(1, pool.LogReads);
        // Another piece of it is another question, and so is another attempt.
        Assert.Equal("wrong", await server.Client.GetStringAsync("/api/tasks/1/logs?offset=-5"));
        pool.Change(1, t => t with { Attempt = 2 });
        pool.Logs[(1, false)] = "nothing"u8.ToArray();
        Assert.Equal("nothing", await server.Client.GetStringAsync("/api/tasks/1/logs"));
        Assert.Equal(3, pool.LogReads);
    }

    [Fact]
    public async Task The_output_of_a_running_task_and_what_was_not_found_are_asked_for_each_time()
    {
        await using var server = await Filled("so far", null);
        var pool = server.Cluster.Pools["default"];
        Assert.Equal("so far", await server.Client.GetStringAsync("/api/tasks/1/logs"));
        pool.Logs[(1, false)] = "so far and on"u8.ToArray();
        Assert.Equal("so far and on", await server.Client.GetStringAsync("/api/tasks/1/logs"));
        pool.Change(1, t => t with { State = TaskState.Succeeded });
        Assert.Contains("has no stderr", await server.Get("/api/tasks/1/logs?stream=stderr").Problem(404));
        pool.Logs[(1, true)] = "its node is back"u8.ToArray();
        Assert.Equal("its node is back", await server.Client.GetStringAsync("/api/tasks/1/logs?stream=stderr"));
    }

    [Fact]
    public async Task Without_a_cache_the_node_is_asked_each_time()
    {
        await using var server = await RestServer.Start(new() { LogCacheBytes = 0 });
        var pool = server.Cluster.Pools["default"];
        pool.Tasks.Add(new() { Id = new("default", 1), Spec = new() { Agent = "a" }, State = TaskState.Succeeded });
        pool.Logs[(1, false)] = "text"u8.ToArray();
        for (var i = 0; i < 3; i++) Assert.Equal("text", await server.Client.GetStringAsync("/api/tasks/1/logs"));
        Assert.Equal(3, pool.LogReads);
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
