using Granary.Abstractions;
using Granary.Grains.Tests.Support;
using Granary.Model;
using ErrorCode = Granary.Model.ErrorCode;

namespace Granary.Grains.Tests;

/// <summary>Services and their list: what is declared stays, what is wrong is refused, and a backend goes with the attempt that it lives in.</summary>
public sealed class ServiceGrainTests(GrainsFixture fixture) : IClassFixture<GrainsFixture>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private IServiceListGrain Services => fixture.Grains.GetGrain<IServiceListGrain>(IServiceListGrain.Key);

    private IServiceGrain Service(string name) => fixture.Grains.GetGrain<IServiceGrain>(name);

    private static ServiceSpec Spec(string name, string agent = "a") => new() { Name = name, Agent = agent };

    private static ServiceBackend Backend(string name, int port = 8080) => new() { Name = name, Url = $"http://127.0.0.1:{port}" };

    [Fact]
    public async Task It_is_declared_changed_listed_and_removed_and_servers_see_each_change()
    {
        var service = Service("s-life");
        var seen = await Services.Sync(0);
        var made = await service.Set(new ServiceRequest(Spec("s-life"), [Backend("b2"), Backend("b1")]));
        Assert.Equal(["b1", "b2"], made.Backends.Select(b => b.Name));
        var after = await Services.Sync(seen.Version);
        Assert.Equal(made.Version, Assert.Single(after.Entries!, e => e.Name == "s-life").Version);
        Assert.Null((await Services.Sync(after.Version)).Entries);

        var changed = await service.SetBackend(new BackendChange("b1", Weight: 3, Draining: true));
        Assert.Equal((3, true, "http://127.0.0.1:8080"), (changed.Backends[0].Weight, changed.Backends[0].Draining, changed.Backends[0].Url));
        Assert.NotEqual(made.Version, changed.Version);
        Assert.Equal(changed.Version, (await service.SetBackend(new BackendChange("b1", Weight: 3))).Version);
        // what is declared again keeps its backends where none are named
        Assert.Equal(2, (await service.Set(new ServiceRequest(Spec("s-life") with { Shared = true }))).Backends.Count);
        Assert.Equal("b2", Assert.Single((await service.RemoveBackend("b1")).Backends).Name);
        Assert.NotEqual(after.Version, (await Services.Sync(after.Version)).Version);

        var last = await service.Remove();
        Assert.DoesNotContain(await Services.List(), e => e.Name == "s-life");
        Assert.Equal(ErrorCode.NotFound, (await Assert.ThrowsAsync<GranaryException>(service.Get)).Code);
        Assert.True((await service.Set(new ServiceRequest(Spec("s-life")))).Version > last.Version);
        await service.Remove();
    }

    [Fact]
    public async Task What_is_wrong_is_refused_and_changes_nothing()
    {
        var service = Service("s-wrong");
        await service.Set(new ServiceRequest(Spec("s-wrong"), [Backend("b")]));
        var before = await service.Get();
        await Refused(ErrorCode.Refused, "is of agent 'a'", () => service.Set(new ServiceRequest(Spec("s-wrong", "other"))));
        await Refused(ErrorCode.Invalid, "is named 's-wrong'", () => service.Set(new ServiceRequest(Spec("s-other"))));
        await Refused(ErrorCode.Invalid, "twice", () => service.Set(new ServiceRequest(Spec("s-wrong"), [Backend("x"), Backend("x")])));
        await Refused(ErrorCode.Refused, "port 9", () => service.SetBackend(new BackendChange("x", "http://127.0.0.1:9")));
        await Refused(ErrorCode.NotFound, "no backend 'x'", () => service.SetBackend(new BackendChange("x", Weight: 1)));
        await Refused(ErrorCode.NotFound, "no backend 'x'", () => service.RemoveBackend("x"));
        await Refused(ErrorCode.NotFound, "no pool", () => service.SetBackend(new BackendChange("x", "http://h", Task: new(new TaskId("nowhere", 1), 1))));
        foreach (var url in new[] { "ftp://h", "h:80", "http://u:p@h/", "http://h/?q", "http://h/#f", "/p", "http://", "file:///etc/passwd", new string('h', 3000) })
            await Refused(ErrorCode.Invalid, "url:", () => service.SetBackend(new BackendChange("x", url)));
        foreach (var weight in new[] { double.NaN, -1, double.PositiveInfinity, 1e9 })
            await Refused(ErrorCode.Invalid, "weight:", () => service.SetBackend(new BackendChange("b", Weight: weight)));
        Assert.Equal(before.Version, (await service.Get()).Version);
        await service.Remove();
    }

    [Fact]
    public async Task There_are_so_many_and_no_more()
    {
        var made = new List<IServiceGrain>();
        var room = 8 - (await Services.List()).Count;
        for (var i = 0; i < room; i++)
        {
            made.Add(Service($"s-many-{i}"));
            await made[^1].Set(new ServiceRequest(Spec($"s-many-{i}")));
        }
        await Refused(ErrorCode.Refused, "8 services", () => Service("s-many-x").Set(new ServiceRequest(Spec("s-many-x"))));
        foreach (var service in made) await service.Remove();
        Assert.DoesNotContain(await Services.List(), e => e.Name.StartsWith("s-many", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_was_entered_and_never_began_is_forgotten_when_it_is_woken()
    {
        await Services.Enter(new ServiceEntry("s-ghost", "a", 0));
        var real = Service("s-real");
        var made = await real.Set(new ServiceRequest(Spec("s-real")));
        await Services.Enter(new ServiceEntry("s-real", "a", 0)); // as a list knows it that was only just read
        await Services.Wake();
        var entries = await Services.List();
        Assert.DoesNotContain(entries, e => e.Name == "s-ghost");
        Assert.Equal(made.Version, entries.Single(e => e.Name == "s-real").Version);
        await real.Remove();
    }

    [Fact]
    public async Task A_task_registers_where_it_is_and_loses_that_with_its_end()
    {
        var (pool, node, session) = await fixture.PoolWithNodeAsync("s-tasks");
        await pool.Submit(GrainsFixture.Batch());
        var start = (await GrainsFixture.NextCommandsAsync(node, session)).Select(c => c.Start).OfType<Assignment>().Single();
        var task = new ServiceTask(start.Lease.Task, start.Lease.Attempt);
        var service = Service("s-task");
        await service.Set(new ServiceRequest(Spec("s-task"), [Backend("stays")]));
        await Refused(ErrorCode.Refused, "does not run", () => service.SetBackend(new BackendChange("t", "http://127.0.0.1:1", Task: task)));
        await node.Report(session, [new(start.Lease, ReportKind.Started, DateTimeOffset.UtcNow, null)]);
        await UntilAsync(async () => (await pool.Get(task.Id.Number))!.State == TaskState.Running);
        await Refused(ErrorCode.Refused, "attempt 2", () => service.SetBackend(new BackendChange("t", "http://127.0.0.1:1", Task: task with { Attempt = 2 })));
        var other = Service("s-task-other");
        await other.Set(new ServiceRequest(Spec("s-task-other", "somebody")));
        await Refused(ErrorCode.Refused, "another agent", () => other.SetBackend(new BackendChange("t", "http://127.0.0.1:1", Task: task)));
        await other.Remove();

        var with = await service.SetBackend(new BackendChange("t", "http://127.0.0.1:1", Task: task));
        Assert.Equal(task, with.Backends.Single(b => b.Name == "t").Task);
        await node.Report(session, [new(start.Lease, ReportKind.Ended, DateTimeOffset.UtcNow, new() { Code = 0, Cause = ExitCause.Succeeded })]);
        await UntilAsync(async () => (await service.Get()).Backends.Count == 1);
        Assert.Equal("stays", (await service.Get()).Backends[0].Name);
        await service.Remove();
    }

    private static async Task Refused(ErrorCode code, string part, Func<Task> call)
    {
        var error = await Assert.ThrowsAsync<GranaryException>(call);
        Assert.Equal(code, error.Code);
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        var clock = System.Diagnostics.Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.True(clock.Elapsed < Patience, "the condition did not come true within 30 s");
            await look.WaitForNextTickAsync();
        }
    }
}
