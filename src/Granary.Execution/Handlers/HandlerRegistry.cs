namespace Granary.Execution.Handlers;

/// <summary>The in-process handlers of this agent, by name.</summary>
public sealed class HandlerRegistry
{
    private readonly Dictionary<string, ITaskHandler> _handlers = new(StringComparer.Ordinal);

    /// <summary>With <c>noop</c> and <c>sleep</c>.</summary>
    public static HandlerRegistry Default(TimeProvider time) => new HandlerRegistry().Add(new NoopHandler()).Add(new SleepHandler(time));

    /// <exception cref="ArgumentException">The name is taken.</exception>
    public HandlerRegistry Add(ITaskHandler handler)
    {
        if (!_handlers.TryAdd(handler.Name, handler)) throw new ArgumentException($"there are two handlers named '{handler.Name}'", nameof(handler));
        return this;
    }

    /// <summary>Null for a name that none has.</summary>
    public ITaskHandler? Find(string name) => _handlers.GetValueOrDefault(name);

    public IEnumerable<string> Names => _handlers.Keys.Order(StringComparer.Ordinal);
}
