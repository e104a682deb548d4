using System.Collections.Immutable;
using Granary.HostConformance.Tests.Support;
using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace Granary.HostConformance.Tests.Calls;

[GenerateSerializer]
public enum Shade
{
    Light,
    Dark = 7,
}

[GenerateSerializer]
public readonly record struct Point([property: Id(0)] int X, [property: Id(1)] int Y);

[GenerateSerializer]
public abstract class Shape
{
    [Id(0)]
    public string Name { get; set; } = "";
}

[GenerateSerializer, Alias("conformance.Circle")]
public sealed class Circle : Shape
{
    [Id(0)]
    public double Radius { get; set; }
}

[GenerateSerializer]
public sealed class Square : Shape
{
    [Id(0)]
    public required int Side { get; init; }
}

[GenerateSerializer]
public sealed class Page<T>
{
    [Id(0)]
    public List<T> Items { get; set; } = [];

    [Id(1)]
    public T? First { get; set; }
}

[GenerateSerializer]
public sealed record Everything
{
    [Id(0)] public required string Text { get; init; }
    [Id(1)] public int? Maybe { get; init; }
    [Id(2)] public Shade Shade { get; init; }
    [Id(3)] public DateTimeOffset At { get; init; }
    [Id(4)] public TimeSpan For { get; init; }
    [Id(5)] public Guid Id { get; init; }
    [Id(6)] public byte[] Bytes { get; init; } = [];
    [Id(7)] public IReadOnlyList<Point> Points { get; init; } = [];
    [Id(8)] public Dictionary<string, List<int>> Map { get; init; } = [];
    [Id(9)] public ImmutableArray<string> Names { get; init; } = [];
    [Id(10)] public (int Left, string Right) Pair { get; init; }
    [Id(11)] public Shape? Shape { get; init; }
    [Id(12)] public Page<Point>? Page { get; init; }
    [Id(13)] public HashSet<long> Numbers { get; init; } = [];
    [Id(14)] public decimal Price { get; init; }
    [Id(15)] public double Ratio { get; init; }
    [Id(16)] public IReadOnlyDictionary<Shade, string>? ByShade { get; init; }
    [Id(17)] public Everything? Inner { get; init; }
    [Id(18)] public Point[]? Corners { get; init; }
}

[GenerateSerializer]
public sealed class RefusalException : Exception
{
    public RefusalException()
    {
    }

    public RefusalException(string message, int code)
        : base(message) => Code = code;

    [Id(0)]
    public int Code { get; set; }
}

public interface INoticeObserver : IGrainObserver
{
    Task OnNotice(string text);
}

public interface ICallGrain : IGrainWithStringKey
{
    Task<Everything> Echo(Everything value);

    Task Keep(List<int> values);

    Task<List<int>> Kept();

    ValueTask<int> Twice(int value);

    ValueTask Nothing();

    Task Fail(string how);

    Task FailThroughAnother(ICallGrain other, string how);

    Task<string?> ContextValue(string key);

    Task<string?> ContextValueOfAnother(ICallGrain other, string key);

    Task SetContext(string key, string value);

    Task WaitForCancellation(string entered, CancellationToken cancellation);

    [OneWay]
    Task Note(string log, string line);

    Task Subscribe(INoticeObserver observer);

    Task Notify(string text);

    Task<string> KeyThrough(ICallGrain other);

    Task<string> Key();

    Task<ICallGrain> Myself();
}

public sealed class CallGrain : Grain, ICallGrain
{
    private readonly List<INoticeObserver> _observers = [];
    private List<int> _kept = [];

    public Task<Everything> Echo(Everything value) => Task.FromResult(value);

    public Task Keep(List<int> values)
    {
        _kept = values;
        return Task.CompletedTask;
    }

    public Task<List<int>> Kept() => Task.FromResult(_kept);

    public ValueTask<int> Twice(int value) => new(value * 2);

    public async ValueTask Nothing() => await Task.Yield();

    public async Task Fail(string how)
    {
        await Task.Yield();
        throw how switch
        {
            "argument" => new ArgumentException("a wrong argument"),
            "own" => new RefusalException("refused", 42),
            "nested" => new InvalidOperationException("outside", new TimeoutException("inside")),
            _ => new InvalidOperationException(how),
        };
    }

    public Task FailThroughAnother(ICallGrain other, string how) => other.Fail(how);

    public Task<string?> ContextValue(string key) => Task.FromResult(RequestContext.Get(key) as string);

    public Task<string?> ContextValueOfAnother(ICallGrain other, string key) => other.ContextValue(key);

    public Task SetContext(string key, string value)
    {
        RequestContext.Set(key, value);
        return Task.CompletedTask;
    }

    public async Task WaitForCancellation(string entered, CancellationToken cancellation)
    {
        var cancelled = new TaskCompletionSource();
        await using var registration = cancellation.Register(() => cancelled.TrySetResult());
        Barriers.Open(entered);
        await cancelled.Task.WaitAsync(Bounded.Time);
        Barriers.Open(entered + "cancelled");
        cancellation.ThrowIfCancellationRequested();
    }

    public Task Note(string log, string line)
    {
        Barriers.Note(log, line);
        Barriers.Open(log);
        throw new InvalidOperationException("nobody hears of it");
    }

    public Task Subscribe(INoticeObserver observer)
    {
        _observers.Add(observer);
        return Task.CompletedTask;
    }

    public Task Notify(string text) => Task.WhenAll(_observers.Select(o => o.OnNotice(text)));

    public Task<string> KeyThrough(ICallGrain other) => other.Key();

    public Task<string> Key() => Task.FromResult(this.GetPrimaryKeyString());

    public Task<ICallGrain> Myself() => Task.FromResult(this.AsReference<ICallGrain>());
}

public interface INumberGrain : IGrainWithIntegerKey
{
    Task<long> Key();
}

public sealed class NumberGrain : Grain, INumberGrain
{
    public Task<long> Key() => Task.FromResult(this.GetPrimaryKeyLong());
}

public interface IGuidGrain : IGrainWithGuidKey
{
    Task<Guid> Key();
}

public sealed class GuidGrain : Grain, IGuidGrain
{
    public Task<Guid> Key() => Task.FromResult(this.GetPrimaryKey());
}
