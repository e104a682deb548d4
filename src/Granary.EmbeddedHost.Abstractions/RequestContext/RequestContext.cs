namespace Orleans.Runtime;

/// <summary>Values that travel with a call and the calls it makes in turn. Changes do not travel back.</summary>
public static class RequestContext
{
    internal const string ReentrancyKey = "#CCR";

    internal static readonly AsyncLocal<Dictionary<string, object>?> Values = new();

    public static IEnumerable<string> Keys => Values.Value?.Keys ?? Enumerable.Empty<string>();

    public static IEnumerable<KeyValuePair<string, object>> Entries => Values.Value ?? Enumerable.Empty<KeyValuePair<string, object>>();

    /// <summary>The chain of calls that may re-enter the grains it went through; empty where none may.</summary>
    public static Guid ReentrancyId
    {
        get => Get(ReentrancyKey) is Guid id ? id : Guid.Empty;
        set
        {
            if (value == Guid.Empty)
                Remove(ReentrancyKey);
            else
                Set(ReentrancyKey, value);
        }
    }

    public static object? Get(string key) => Values.Value?.GetValueOrDefault(key);

    /// <param name="value">A value that has a codec; it crosses process boundaries.</param>
    public static void Set(string key, object value)
        => Values.Value = Values.Value is { } old ? new(old) { [key] = value } : new() { [key] = value };

    public static bool Remove(string key)
    {
        if (Values.Value is not { } old || !old.ContainsKey(key))
            return false;
        var rest = new Dictionary<string, object>(old);
        rest.Remove(key);
        Values.Value = rest.Count == 0 ? null : rest;
        return true;
    }

    public static void Clear()
    {
        if (Values.Value is not null)
            Values.Value = null;
    }

    /// <summary>Until disposed, calls made from here may call back into this grain without waiting for the running request.</summary>
    public static ReentrancySection AllowCallChainReentrancy()
    {
        var id = ReentrancyId;
        return new ReentrancySection(id, id == Guid.Empty ? Guid.NewGuid() : id);
    }

    /// <summary>Until disposed, calls made from here may not call back into the grains of the chain.</summary>
    public static ReentrancySection SuppressCallChainReentrancy() => new(ReentrancyId, Guid.Empty);

    /// <summary>A stretch of a request whose call chain's reentrancy is changed.</summary>
    public readonly struct ReentrancySection : IDisposable
    {
        private readonly Guid _original;
        private readonly Guid _inside;

        public ReentrancySection(Guid originalReentrancyId, Guid newReentrancyId)
        {
            (_original, _inside) = (originalReentrancyId, newReentrancyId);
            if (_inside != _original)
                ReentrancyId = _inside;
            if (_inside != Guid.Empty)
                (RuntimeContext.Current as ICallChainReentrantContext)?.OnEnterReentrantSection(_inside);
        }

        public void Dispose()
        {
            if (_inside != Guid.Empty)
                (RuntimeContext.Current as ICallChainReentrantContext)?.OnExitReentrantSection(_inside);
            if (_inside != _original)
                ReentrancyId = _original;
        }
    }
}

/// <summary>An activation that lets requests of a call chain in while a section of that chain is open.</summary>
internal interface ICallChainReentrantContext
{
    void OnEnterReentrantSection(Guid reentrancyId);

    void OnExitReentrantSection(Guid reentrancyId);
}
