using Granary.HostConformance.Tests.Support;
using Orleans.Runtime;

namespace Granary.HostConformance.Tests.Calls;

[Collection(SharedHost.Name)]
public sealed class CallTests(HostFixture host)
{
    private readonly string _id = Guid.NewGuid().ToString("N");

    [Fact]
    public async Task Values_of_every_kind_come_back_equal()
    {
        var value = new Everything
        {
            Text = "text with ünïcode",
            Maybe = 7,
            Shade = Shade.Dark,
            At = new DateTimeOffset(2026, 3, 4, 5, 6, 7, 89, TimeSpan.FromHours(2)),
            For = TimeSpan.FromTicks(-5),
            Id = Guid.NewGuid(),
            Bytes = [1, 2, 255],
            Points = [new Point(1, -2), new Point(int.MinValue, int.MaxValue)],
            Map = new() { ["a"] = [1, 2], ["b"] = [] },
            Names = ["x", "y"],
            Pair = (3, "three"),
            Shape = new Circle { Name = "circle", Radius = 1.5 },
            Page = new Page<Point> { Items = [new Point(5, 6)], First = new Point(7, 8) },
            Numbers = [long.MaxValue, long.MinValue],
            Price = 12.34m,
            Ratio = double.Epsilon,
            ByShade = new Dictionary<Shade, string> { [Shade.Light] = "light" },
            Inner = new Everything { Text = "", Shape = new Square { Name = "square", Side = 4 } },
            Corners = [new Point(9, 9)],
        };
        var back = await host.Grain<ICallGrain>().Echo(value).Within();
        Assert.NotSame(value, back);
        Assert.Equivalent(value, back, strict: true);
        Assert.IsType<Circle>(back.Shape);
        Assert.IsType<Square>(back.Inner!.Shape);
        Assert.Null(back.Inner.Maybe);
        Assert.Null(back.Inner.Corners);
    }

    [Fact]
    public async Task What_the_caller_does_to_an_argument_afterwards_does_not_reach_the_grain()
    {
        var grain = host.Grain<ICallGrain>();
        List<int> values = [1, 2, 3];
        await grain.Keep(values).Within();
        values.Add(4);
        var kept = await grain.Kept().Within();
        Assert.Equal([1, 2, 3], kept);
        kept.Add(5);
        Assert.Equal([1, 2, 3], await grain.Kept().Within());
    }

    [Fact]
    public async Task Arguments_and_results_between_grains_of_one_silo_are_copies_too()
    {
        var passing = host.Grain<IPassingGrain>();
        Assert.Equal([1], await passing.KeepAndChange(host.Grain<ICallGrain>()).Within());
    }

    [Fact]
    public async Task Value_tasks_work_as_tasks_do()
    {
        var grain = host.Grain<ICallGrain>();
        Assert.Equal(42, await grain.Twice(21));
        await grain.Nothing();
    }

    [Fact]
    public async Task Keys_of_every_kind_reach_the_grain()
    {
        Assert.Equal("a key/with + odd parts", await host.Grain<ICallGrain>("a key/with + odd parts").Key().Within());
        Assert.Equal(-12345, await host.Client.GetGrain<INumberGrain>(-12345).Key().Within());
        var guid = Guid.NewGuid();
        Assert.Equal(guid, await host.Client.GetGrain<IGuidGrain>(guid).Key().Within());
    }

    [Fact]
    public async Task References_can_be_passed_and_returned()
    {
        var grain = host.Grain<ICallGrain>(_id);
        Assert.Equal(_id, await host.Grain<ICallGrain>().KeyThrough(grain).Within());
        Assert.Equal(_id, await (await grain.Myself().Within()).Key().Within());
    }

    [Fact]
    public async Task A_one_way_call_returns_at_once_and_its_failure_is_not_reported()
    {
        await host.Grain<ICallGrain>().Note(_id, "line").Within();
        await Barriers.Wait(_id);
        Assert.Equal(["line"], Barriers.Notes(_id));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_exception_reaches_the_caller_with_its_type_and_message(bool throughAnother)
    {
        var grain = host.Grain<ICallGrain>();
        Task Call(string how) => (throughAnother ? host.Grain<ICallGrain>().FailThroughAnother(grain, how) : grain.Fail(how)).Within();

        Assert.Equal("a wrong argument", (await Assert.ThrowsAsync<ArgumentException>(() => Call("argument"))).Message);
        var own = await Assert.ThrowsAsync<RefusalException>(() => Call("own"));
        Assert.Equal(("refused", 42), (own.Message, own.Code));
        var nested = await Assert.ThrowsAsync<InvalidOperationException>(() => Call("nested"));
        Assert.Equal("inside", Assert.IsType<TimeoutException>(nested.InnerException).Message);
    }

    [Fact]
    public async Task Request_context_goes_along_the_chain_of_calls_and_does_not_come_back()
    {
        try
        {
            RequestContext.Set("who", "tester");
            var grain = host.Grain<ICallGrain>();
            Assert.Equal("tester", await grain.ContextValue("who").Within());
            Assert.Equal("tester", await grain.ContextValueOfAnother(host.Grain<ICallGrain>(), "who").Within());
            await grain.SetContext("who", "grain").Within();
            Assert.Equal("tester", RequestContext.Get("who"));
        }
        finally
        {
            RequestContext.Clear();
        }
        Assert.Null(await host.Grain<ICallGrain>().ContextValue("who").Within());
    }

    [Fact]
    public async Task Cancelling_ends_the_wait_and_reaches_the_grain()
    {
        using var cancellation = new CancellationTokenSource();
        var call = host.Grain<ICallGrain>().WaitForCancellation(_id, cancellation.Token);
        await Barriers.Wait(_id);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.Within());
        await Barriers.Wait(_id + "cancelled");
    }

    [Fact]
    public async Task A_call_with_a_token_that_is_cancelled_already_does_not_run()
    {
        using var cancellation = new CancellationTokenSource();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => host.Grain<ICallGrain>().WaitForCancellation(_id, cancellation.Token).Within());
        Assert.False(Barriers.IsOpen(_id));
    }

    [Fact]
    public async Task A_grain_calls_back_to_an_observer_of_the_client()
    {
        var notices = new Notices(_id);
        var reference = host.Client.CreateObjectReference<INoticeObserver>(notices);
        var grain = host.Grain<ICallGrain>();
        await grain.Subscribe(reference).Within();
        await grain.Notify("one").Within();
        await grain.Notify("two").Within();
        Assert.Equal(["one", "two"], Barriers.Notes(_id));
        host.Client.DeleteObjectReference<INoticeObserver>(reference);
        GC.KeepAlive(notices);
    }

    private sealed class Notices(string log) : INoticeObserver
    {
        public Task OnNotice(string text)
        {
            Barriers.Note(log, text);
            return Task.CompletedTask;
        }
    }
}
