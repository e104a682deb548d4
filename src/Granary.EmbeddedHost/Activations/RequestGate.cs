using Granary.EmbeddedHost.Calls;
using Orleans.Runtime;

namespace Granary.EmbeddedHost.Activations;

/// <summary>Which requests of an activation may run together.</summary>
internal sealed class RequestGate(bool isReentrant)
{
    private int _readers;
    private int _writers;
    private Dictionary<Guid, int>? _openChains;

    /// <summary>Requests that run, whatever they exclude.</summary>
    public int Running { get; private set; }

    public bool MayEnter(GrainCall call)
    {
        if (_writers == 0 && _readers == 0 || Interleaves(call))
            return true;
        if (_writers == 0 && (call.Options & CallOptions.ReadOnly) != 0)
            return true;
        return _openChains is not null && ChainOf(call) is { } chain && _openChains.ContainsKey(chain);
    }

    public void Enter(GrainCall call)
    {
        Running++;
        call.Exclusion = Interleaves(call) || _writers + _readers > 0 && (_writers > 0 || (call.Options & CallOptions.ReadOnly) == 0)
            ? Exclusion.None
            : (call.Options & CallOptions.ReadOnly) != 0 ? Exclusion.Reader : Exclusion.Writer;
        if (call.Exclusion == Exclusion.Reader)
            _readers++;
        else if (call.Exclusion == Exclusion.Writer)
            _writers++;
    }

    public void Leave(GrainCall call)
    {
        Running--;
        if (call.Exclusion == Exclusion.Reader)
            _readers--;
        else if (call.Exclusion == Exclusion.Writer)
            _writers--;
    }

    public void OpenChain(Guid chain)
    {
        _openChains ??= [];
        _openChains[chain] = _openChains.GetValueOrDefault(chain) + 1;
    }

    public void CloseChain(Guid chain)
    {
        if (_openChains is null || !_openChains.TryGetValue(chain, out var count))
            return;
        if (count > 1)
            _openChains[chain] = count - 1;
        else
            _openChains.Remove(chain);
    }

    private bool Interleaves(GrainCall call) => isReentrant || (call.Options & CallOptions.AlwaysInterleave) != 0;

    private static Guid? ChainOf(GrainCall call)
        => call.Context is { } context && context.TryGetValue(RequestContext.ReentrancyKey, out var value) && value is Guid id ? id : null;
}
