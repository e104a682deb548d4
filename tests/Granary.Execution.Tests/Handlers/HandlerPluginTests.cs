using System.Reflection;
using System.Reflection.Emit;
using Granary.Execution.Handlers;
using Granary.Execution.Handlers.Plugins;
using Granary.Model;

namespace Granary.Execution.Tests.Handlers;

/// <summary>Assemblies in the plug-in folder, good and bad: a bad one costs a line, and the others are there.</summary>
public sealed class HandlerPluginTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("granary-handlers-").FullName;
    private readonly HandlerRegistry _registry = HandlerRegistry.Default(TimeProvider.System);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_good_one_is_found_and_runs()
    {
        Write("good", "thumbs");
        Assert.Empty(HandlerPlugins.Load(_folder, _registry));
        Assert.Equal(["noop", "sleep", "thumbs"], _registry.Names);
        var result = await _registry.Find("thumbs")!.Run(new HandlerContext(new Assignment(new(new("default", 1), "n", 1, 1), new TaskSpec { Agent = "a", Handler = "thumbs" }, 0, 1)), default);
        Assert.Equal(HandlerResult.Success, result);
    }

    [Fact]
    public void No_folder_is_no_plug_ins() => Assert.Empty(HandlerPlugins.Load(Path.Combine(_folder, "none"), _registry));

    [Theory]
    [InlineData("text", "cannot be loaded")]
    [InlineData("silent", "does not say for which handler contract it is built")]
    [InlineData("newer", "is built for handler contract 99, this agent has 1")]
    [InlineData("throws", "failed while a handler was made (InvalidOperationException: it never works)")]
    [InlineData("hangs", "did not finish making its handlers within")]
    [InlineData("nameless", "names a handler 'no name'")]
    [InlineData("taken", "names a handler 'noop', which there is already")]
    [InlineData("open", "may be written by everybody")]
    public void A_bad_one_costs_a_line_and_nothing_else(string kind, string told)
    {
        Write("zz-good", "thumbs");
        switch (kind)
        {
            case "text": File.WriteAllText(Path.Combine(_folder, "text.dll"), "no assembly"); break;
            case "silent": Write("silent", "x", contract: null); break;
            case "newer": Write("newer", "x", contract: 99); break;
            case "throws": Write("throws", "x", making: "throw"); break;
            case "hangs": Write("hangs", "x", making: "hang"); break;
            case "nameless": Write("nameless", "no name"); break;
            case "taken": Write("taken", "noop"); break;
            default:
                Write("open", "x");
                File.SetUnixFileMode(Path.Combine(_folder, "open.dll"), File.GetUnixFileMode(Path.Combine(_folder, "open.dll")) | UnixFileMode.OtherWrite);
                break;
        }
        var problem = Assert.Single(HandlerPlugins.Load(_folder, _registry, TimeSpan.FromMilliseconds(kind == "hangs" ? 300 : 20_000)));
        Assert.Contains(told, problem, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', problem);
        Assert.Equal(["noop", "sleep", "thumbs"], _registry.Names);
    }

    [Fact]
    public void What_is_no_handler_is_passed_over()
    {
        File.Copy(typeof(FactAttribute).Assembly.Location, Path.Combine(_folder, "dependency.dll"));
        Assert.Empty(HandlerPlugins.Load(_folder, _registry));
    }

    /// <summary>An assembly with one handler that succeeds at once.</summary>
    private void Write(string file, string name, int? contract = HandlerContract.Version, string making = "")
    {
        var assembly = new PersistedAssemblyBuilder(new AssemblyName(file), typeof(object).Assembly);
        if (contract is { } version) assembly.SetCustomAttribute(new CustomAttributeBuilder(typeof(HandlerContractAttribute).GetConstructor([typeof(int)])!, [version]));
        var type = assembly.DefineDynamicModule(file).DefineType("Handler", TypeAttributes.Public | TypeAttributes.Class, typeof(object), [typeof(ITaskHandler)]);
        var il = type.DefineConstructor(MethodAttributes.Public, CallingConventions.Standard, []).GetILGenerator();
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Call, typeof(object).GetConstructor([])!);
        if (making == "hang")
        {
            il.Emit(OpCodes.Ldc_I4_M1);
            il.Emit(OpCodes.Call, typeof(Thread).GetMethod(nameof(Thread.Sleep), [typeof(int)])!);
        }
        if (making == "throw")
        {
            il.Emit(OpCodes.Ldstr, "it never works");
            il.Emit(OpCodes.Newobj, typeof(InvalidOperationException).GetConstructor([typeof(string)])!);
            il.Emit(OpCodes.Throw);
        }
        il.Emit(OpCodes.Ret);
        const MethodAttributes Implements = MethodAttributes.Public | MethodAttributes.Virtual | MethodAttributes.HideBySig | MethodAttributes.NewSlot | MethodAttributes.Final;
        il = type.DefineMethod("get_Name", Implements | MethodAttributes.SpecialName, typeof(string), []).GetILGenerator();
        il.Emit(OpCodes.Ldstr, name);
        il.Emit(OpCodes.Ret);
        il = type.DefineMethod("Run", Implements, typeof(ValueTask<HandlerResult>), [typeof(HandlerContext), typeof(CancellationToken)]).GetILGenerator();
        var result = il.DeclareLocal(typeof(ValueTask<HandlerResult>));
        il.Emit(OpCodes.Ldloca, result);
        il.Emit(OpCodes.Initobj, typeof(ValueTask<HandlerResult>));
        il.Emit(OpCodes.Ldloc, result);
        il.Emit(OpCodes.Ret);
        type.CreateType();
        assembly.Save(Path.Combine(_folder, file + ".dll"));
    }
}
