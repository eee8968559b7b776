# GNAT: its compiler, binder and linker, and an Ada program with tasks, containers and controlled objects.
# packages: gnat libc6-dev
# seconds: 120
cat >program.adb <<'E2'
with Ada.Text_IO; use Ada.Text_IO;
with Ada.Containers.Indefinite_Ordered_Maps;
with Ada.Strings.Unbounded; use Ada.Strings.Unbounded;
with Ada.Unchecked_Deallocation;
with Interfaces; use Interfaces;

procedure Program is
   package Maps is new Ada.Containers.Indefinite_Ordered_Maps (String, Unbounded_String);
   type Buffer is array (Positive range <>) of Unsigned_8;
   type Buffer_Access is access Buffer;
   procedure Free is new Ada.Unchecked_Deallocation (Buffer, Buffer_Access);

   function Work (N : Positive) return Unsigned_64 is
      Map  : Maps.Map;
      Sum  : Unsigned_64 := 7;
      Keep : array (0 .. 63) of Buffer_Access;
   begin
      for I in 1 .. 10000 loop
         declare
            Key : constant String := "key" & Integer'Image (I * N mod 997);
            At_Key : constant Maps.Cursor := Map.Find (Key);
         begin
            if Maps.Has_Element (At_Key) then
               Map.Replace_Element (At_Key, Maps.Element (At_Key) & Integer'Image (I));
            else
               Map.Insert (Key, To_Unbounded_String (Integer'Image (I)));
            end if;
            Free (Keep (I mod 64));
            Keep (I mod 64) := new Buffer'(1 .. I mod 3000 + 1 => Unsigned_8 (I mod 251));
            Sum := Sum + Unsigned_64 (Keep (I mod 64).all (I mod 3000 + 1));
         end;
      end loop;
      for At_Key in Map.Iterate loop
         declare
            Text : constant String := Maps.Key (At_Key) & To_String (Maps.Element (At_Key));
         begin
            for C of Text loop
               Sum := (Sum * 31 + Character'Pos (C)) mod 4294967291;
            end loop;
         end;
      end loop;
      for B of Keep loop Free (B); end loop;
      return Sum;
   end Work;

   Results : array (1 .. 6) of Unsigned_64;
   task type Worker (N : Positive);
   task body Worker is
   begin
      Results (N) := Work (N);
   end Worker;
begin
   declare
      type Worker_Access is access Worker;
      Workers : array (1 .. 6) of Worker_Access;
   begin
      for N in Workers'Range loop Workers (N) := new Worker (N); end loop;
   end;
   for R of Results loop Put_Line (Unsigned_64'Image (R)); end loop;
   begin
      declare
         B : Buffer_Access := new Buffer (1 .. Positive'Last);
         C : array (1 .. 100000) of Buffer_Access;
      begin
         Free (B);
         for I in C'Range loop C (I) := new Buffer (1 .. 16); Free (C (I)); end loop;
         Put_Line ("large");
      end;
   exception
      when Storage_Error => Put_Line ("Storage_Error");
   end;
end Program;
E2
gnatmake -q -O2 program.adb
./program
