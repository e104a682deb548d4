using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.ExceptionServices;
using Granary.Access.Tokens;
using Orleans;

namespace Granary.Access.Guarding;

/// <summary>A grain as one caller may use it: each call passes the grain table. For servers that call grains on somebody's behalf.</summary>
public class GuardedGrain : DispatchProxy
{
    private static readonly ConcurrentDictionary<MethodInfo, MethodInfo> Typed = new();

    private Caller _caller = null!;
    private object _grain = null!;
    private string _key = "";
    private IGrainFactory _grains = null!;

    /// <param name="grain">To be guarded.</param>
    /// <param name="key">The grain's.</param>
    /// <param name="caller">On whose behalf.</param>
    /// <param name="grains">For the server's own questions.</param>
    public static T Of<T>(T grain, string key, Caller caller, IGrainFactory grains)
        where T : class, IGrainWithStringKey
    {
        var guarded = Create<T, GuardedGrain>();
        var proxy = (GuardedGrain)(object)guarded;
        (proxy._grain, proxy._key, proxy._caller, proxy._grains) = (grain, key, caller, grains);
        return guarded;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        ArgumentNullException.ThrowIfNull(targetMethod);
        var call = new Reflected(_caller, _grains, _grain, _key, targetMethod, args ?? []);
        var guarded = Guard(call, targetMethod);
        if (targetMethod.ReturnType == typeof(Task)) return guarded;
        var typed = Typed.GetOrAdd(targetMethod, static m => typeof(GuardedGrain).GetMethod(nameof(ResultAsync), BindingFlags.Static | BindingFlags.NonPublic)!
            .MakeGenericMethod(m.ReturnType.GetGenericArguments()));
        return typed.Invoke(null, [guarded, call]);
    }

    private static async Task Guard(Reflected call, MethodInfo method) => await GrainGuard.InvokeAsync(call, method.DeclaringType!, method.Name);

    private static async Task<T> ResultAsync<T>(Task guarded, Reflected call)
    {
        await guarded;
        return (T)call.Result!;
    }

    private sealed class Reflected(Caller caller, IGrainFactory grains, object grain, string key, MethodInfo method, object?[] arguments) : ScopedCall(caller, grains)
    {
        public override string Key => key;

        public override object? Result { get; set; }

        protected override object Target => grain;

        public override async Task Invoke()
        {
            Task task;
            try
            {
                task = (Task)method.Invoke(grain, arguments)!;
            }
            catch (TargetInvocationException e) when (e.InnerException is { } inner)
            {
                ExceptionDispatchInfo.Throw(inner);
                throw;
            }
            await task;
            if (method.ReturnType.IsGenericType) Result = method.ReturnType.GetProperty(nameof(Task<object>.Result))!.GetValue(task);
        }

        public override T Argument<T>(int index) => (T)arguments[index]!;

        public override void SetArgument(int index, object value) => arguments[index] = value;
    }
}
