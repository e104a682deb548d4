using Granary.Abstractions;
using Granary.Model;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Runtime;

namespace Granary.Grains.Services;

/// <summary>
/// Keeps a service. It is entered in the list before it begins, and the list is told after each change; the list asks again after a crash in between.
/// Backends that live in tasks are looked after in rounds, and go when their attempt has ended.
/// </summary>
public sealed partial class ServiceGrain(
    [PersistentState("service", ServiceGrain.StorageName)] IPersistentState<ServiceState> state,
    IGrainFactory grains,
    TimeProvider clock,
    ServiceGrainOptions options,
    ILogger<ServiceGrain> log) : Grain, IServiceGrain
{
    public const string StorageName = "granary";

    private IGrainTimer? _rounds;
    private ServiceSpec? _beginning;

    private string Name => this.GetPrimaryKeyString();

    private IServiceListGrain Services => grains.GetGrain<IServiceListGrain>(IServiceListGrain.Key);

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        LookAfterTasks();
        return Task.CompletedTask;
    }

    public Task<ServiceView> Get() => Task.FromResult(Known());

    public Task<ServiceEntry?> Wake() => Task.FromResult(
        state.State.View is { } view ? Entry(view) : _beginning is { } spec ? new ServiceEntry(spec.Name, spec.Agent, 0) : null);

    public async Task<ServiceView> Set(ServiceRequest request)
    {
        var spec = request.Spec;
        if (spec.Name != Name) throw GranaryException.Invalid($"the service is named '{Name}', not '{spec.Name}'");
        ServiceRules.Check(spec);
        if (spec.MaxBodyBytes > options.MaxBodyBytes) throw GranaryException.Invalid($"max_body: is {spec.MaxBodyBytes} bytes; this server takes up to {options.MaxBodyBytes} (Proxy:MaxBodyBytes)");
        var known = state.State.View;
        if (known is not null && known.Spec.Agent != spec.Agent)
            throw GranaryException.Refused($"service '{Name}' is of agent '{known.Spec.Agent}'; remove it first, or choose another name");
        var backends = request.Backends ?? known?.Backends ?? [];
        await CheckAsync(spec, backends, known?.Backends ?? []);
        if (known is not null) return await WriteAsync(known, known with { Spec = spec, Backends = Sorted(backends) });
        _beginning = spec;
        try
        {
            await Services.Enter(new ServiceEntry(Name, spec.Agent, 0));
            return await WriteAsync(null, new ServiceView(spec, Sorted(backends), 0, clock.GetUtcNow()));
        }
        finally
        {
            _beginning = null;
        }
    }

    public async Task<ServiceView> Remove()
    {
        var view = Known();
        await state.ClearStateAsync();
        state.State.View = null;
        StopRounds();
        await Services.Leave(Name);
        return view;
    }

    public async Task<ServiceView> SetBackend(BackendChange change)
    {
        var view = Known();
        var before = view.Backends.FirstOrDefault(b => b.Name == change.Name);
        if (before is null && change.Url is null) throw GranaryException.NotFound($"service '{Name}' has no backend '{(Names.IsValid(change.Name) ? change.Name : "?")}'; give its url to add it");
        var after = before ?? new ServiceBackend { Name = change.Name, Url = change.Url! };
        after = after with
        {
            Url = change.Url ?? after.Url,
            Weight = change.Weight ?? after.Weight,
            Zone = change.Zone ?? after.Zone,
            Draining = change.Draining ?? after.Draining,
            Task = change.Task ?? after.Task,
        };
        if (after == before) return view;
        var backends = Sorted([.. view.Backends.Where(b => b.Name != change.Name), after]);
        await CheckAsync(view.Spec, backends, view.Backends);
        return await WriteAsync(view, view with { Backends = backends });
    }

    public Task<ServiceView> RemoveBackend(string backend)
    {
        var view = Known();
        var left = view.Backends.Where(b => b.Name != backend).ToArray();
        if (left.Length == view.Backends.Count) throw GranaryException.NotFound($"service '{Name}' has no backend '{(Names.IsValid(backend) ? backend : "?")}'");
        return WriteAsync(view, view with { Backends = left });
    }

    private async Task CheckAsync(ServiceSpec spec, IReadOnlyList<ServiceBackend> backends, IReadOnlyList<ServiceBackend> before)
    {
        if (backends.Count > ServiceRules.MaxBackends) throw GranaryException.Refused($"a service has up to {ServiceRules.MaxBackends} backends, not {backends.Count}");
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var backend in backends)
        {
            ServiceRules.Check(backend);
            if (!names.Add(backend.Name)) throw GranaryException.Invalid($"backends: '{backend.Name}' is there twice");
            if (options.Refuses(ServiceRules.Address(backend.Url)) is { } refusal) throw GranaryException.Refused($"backend '{backend.Name}': {refusal}");
        }
        IReadOnlyList<string>? pools = null;
        foreach (var backend in backends.Where(b => b.Task is not null && !before.Contains(b)))
        {
            var (id, attempt) = (backend.Task!.Id, backend.Task.Attempt);
            // a grain would come to life under any name that is asked for
            pools ??= await grains.GetGrain<IDirectoryGrain>(IDirectoryGrain.Key).Pools();
            if (!pools.Contains(id.Pool)) throw GranaryException.NotFound($"task: there is no pool '{(Names.IsValid(id.Pool) ? id.Pool : "?")}'");
            var task = await grains.GetGrain<IPoolGrain>(id.Pool).Get(id.Number) ?? throw GranaryException.NotFound($"task: there is no task {id}");
            if (task.Spec.Agent != spec.Agent) throw GranaryException.Refused($"task {id} is of another agent than the service '{Name}', which is of '{spec.Agent}'");
            if (!Lives(task, attempt)) throw GranaryException.Refused($"attempt {attempt} of task {id} does not run ({task.State}, attempt {task.Attempt}): a backend lives as long as its attempt");
        }
    }

    private async Task<ServiceView> WriteAsync(ServiceView? before, ServiceView after)
    {
        // never one that a service of this name had before it was removed
        after = after with { Version = Math.Max((before?.Version ?? 0) + 1, clock.GetUtcNow().UtcTicks / TimeSpan.TicksPerMicrosecond) };
        state.State.View = after;
        await state.WriteOrReadAgainAsync();
        LookAfterTasks();
        await Services.Enter(Entry(after));
        return after;
    }

    private void LookAfterTasks()
    {
        if (state.State.View?.Backends.Any(b => b.Task is not null) is not true) StopRounds();
        else _rounds ??= this.RegisterGrainTimer(RoundAsync, new GrainTimerCreationOptions(options.Round, options.Round) { KeepAlive = true });
    }

    private void StopRounds()
    {
        _rounds?.Dispose();
        _rounds = null;
    }

    private async Task RoundAsync(CancellationToken cancellationToken)
    {
        if (state.State.View is not { } view) return;
        var gone = new HashSet<string>(StringComparer.Ordinal);
        try
        {
            foreach (var pool in view.Backends.Where(b => b.Task is not null).GroupBy(b => b.Task!.Id.Pool, StringComparer.Ordinal))
            {
                var tasks = (await grains.GetGrain<IPoolGrain>(pool.Key).GetMany([.. pool.Select(b => b.Task!.Id.Number).Distinct()])).ToDictionary(t => t.Id.Number);
                gone.UnionWith(pool.Where(b => !tasks.TryGetValue(b.Task!.Id.Number, out var task) || !Lives(task, b.Task.Attempt)).Select(b => b.Name));
            }
            if (gone.Count > 0) await WriteAsync(view, view with { Backends = [.. view.Backends.Where(b => !gone.Contains(b.Name))] });
        }
        catch (Exception e) when (e is not (OutOfMemoryException or OperationCanceledException))
        {
            LogNotLookedAfter(log, Name, e.Message); // the next round tries again
        }
    }

    private static bool Lives(TaskView task, int attempt) => task.Attempt == attempt && task.State == TaskState.Running;

    private static ServiceEntry Entry(ServiceView view) => new(view.Spec.Name, view.Spec.Agent, view.Version);

    private static IReadOnlyList<ServiceBackend> Sorted(IReadOnlyList<ServiceBackend> backends) => [.. backends.OrderBy(b => b.Name, StringComparer.Ordinal)];

    private ServiceView Known() => state.State.View ?? throw GranaryException.NotFound($"there is no service '{(Names.IsValid(Name) ? Name : "?")}'; 'granary services' lists those that there are");

    [LoggerMessage(1, LogLevel.Warning, "the tasks of service {Service} could not be looked after, it is tried again: {Error}")]
    private static partial void LogNotLookedAfter(ILogger logger, string service, string error);
}
